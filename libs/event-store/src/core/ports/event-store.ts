// The port every store implements: append, read a stream, and remember what became of a command. Contract: testing/contracts/event-store.contract.ts.
import type { EventToAppend, StoredEvent } from '../events/event.js';
import type { ExpectedVersion } from './expected-version.js';

export interface AppendRequest {
  readonly stream: string;
  readonly expected: ExpectedVersion;
  /** At least one. */
  readonly events: readonly EventToAppend[];
  /** Recorded in the same transaction, so that the command arriving again finds its result. */
  readonly command?: CommandKey;
}

export interface AppendResult {
  readonly stream: string;
  /** Version of the first event of this append. */
  readonly firstVersion: number;
  /** Version of the last event: the stream's version after the append. */
  readonly version: number;
  /** Position of the last event; 0 where nothing was decided. */
  readonly position: bigint;
  /** True when this was decided before, and nothing was written now. */
  readonly repeated: boolean;
}

/** One decision of one command: a handler that saves a stream twice makes steps 0 and 1. */
export interface CommandKey {
  /** The command's UUID. */
  readonly id: string;
  readonly stream: string;
  readonly step: number;
  /** The command's class name. */
  readonly type: string;
  /** Hash of type and data; the same id with another hash is an error. */
  readonly contentHash: string;
}

/** A business rule said no. Stored, so that the same command gets the same answer. */
export interface Rejection {
  readonly code: string;
  readonly kind: 'not-found' | 'forbidden' | 'conflict' | 'invalid';
  readonly message: string;
}

export type CommandOutcome =
  | { readonly outcome: 'accepted'; readonly result: AppendResult }
  /** The decision raised no event; `version` is the stream's version it was made on. */
  | { readonly outcome: 'unchanged'; readonly version: number }
  | { readonly outcome: 'rejected'; readonly rejection: Rejection };

/** What is recorded of one decision of a command. */
export type RecordedDecision = Pick<CommandKey, 'stream' | 'step'> & Pick<CommandOutcome, 'outcome'>;

export interface ReadStreamOptions {
  /** First version to read, default 1. */
  readonly fromVersion?: number;
  /** Last version to read, default the newest. */
  readonly toVersion?: number;
  /** Only events with `occurredAt` at or before this time. */
  readonly until?: Date;
}

/** What of a stored event makes the state of an aggregate. */
export type ReplayedEvent = Pick<StoredEvent, 'version' | 'type' | 'schemaVersion' | 'data'>;

/** What a store offers to one that wraps it. */
export interface EventPlaces {
  /** The version an event has in the stream; undefined when it is not in it. */
  versionOf(stream: string, eventId: string): Promise<number | undefined>;
}

export interface EventStore {
  /**
   * Appends atomically, joining an open {@link UnitOfWork}. The same event ids with the same content again return the first result.
   * @throws WrongExpectedVersionError another writer was first; safe to retry the whole command.
   * @throws DuplicateEventIdError the id is taken by another event.
   * @throws CommandIdReusedError the command id is taken by another command.
   * @throws InvalidEventError an event that cannot be stored.
   * @throws UnavailableError the store cannot be reached; the outcome is unknown, safe to retry with the same ids.
   */
  append(request: AppendRequest): Promise<AppendResult>;
  /** Ascending by version; empty when there is no such stream. */
  readStream(stream: string, options?: ReadStreamOptions): Promise<StoredEvent[]>;
  /** The same events for an aggregate's state, in portions, so that the longest stream never lies in memory as a whole. */
  replay(stream: string, options?: ReadStreamOptions): AsyncIterable<readonly ReplayedEvent[]>;
  /** 0 when there is no such stream. */
  streamVersion(stream: string): Promise<number>;
  /**
   * What became of this decision before, or undefined.
   * @throws CommandIdReusedError known under another content hash.
   */
  findCommand(command: CommandKey): Promise<CommandOutcome | undefined>;
  /** All that is recorded of a command, on whatever stream it was decided, in any order; empty where nothing is. */
  decisionsOf(commandId: string): Promise<readonly RecordedDecision[]>;
  /**
   * Records a decision without events and returns `outcome` itself; where the command is known already its first outcome is kept and returned.
   * @throws CommandIdReusedError known under another content hash.
   */
  recordCommand(
    command: CommandKey,
    outcome: Exclude<CommandOutcome, { outcome: 'accepted' }>,
  ): Promise<CommandOutcome>;
}
