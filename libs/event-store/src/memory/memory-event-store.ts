// The event store's twin in memory: the same outcomes as on PostgreSQL, in the same order of precedence.
import {
  CommandIdReusedError,
  contentHash,
  DuplicateEventIdError,
  firstAnswer,
  meets,
  validateAppend,
  validateCommand,
  WrongExpectedVersionError,
  type AppendRequest,
  type AppendResult,
  type Clock,
  type CommandKey,
  type CommandOutcome,
  type EventPlaces,
  type EventStore,
  type EventToAppend,
  type ReadStreamOptions,
  type RecordedDecision,
  type ReplayedEvent,
  type StoredEvent,
} from '../core/index.js';
import type { MemoryDatabase } from './memory-database.js';
import { toLogRecord, type LogRow } from './memory-log.js';
import type { MemoryTransaction } from './memory-transaction.js';

export class MemoryEventStore implements EventStore, EventPlaces {
  constructor(
    private readonly database: MemoryDatabase,
    private readonly clock: Clock,
  ) {}

  async append(request: AppendRequest): Promise<AppendResult> {
    return this.database.transact((transaction) => {
      try {
        validateAppend(request);
        return this.decideAppend(transaction, request);
      } catch (error) {
        transaction.markRollbackOnly(error);
        throw error;
      }
    });
  }

  async readStream(stream: string, options: ReadStreamOptions = {}): Promise<StoredEvent[]> {
    const { fromVersion = 1, toVersion = Infinity, until } = options;
    const rows = this.database.streams.get(this.database.transaction(), stream) ?? [];
    const later = until ? rows.findIndex(({ time }) => time > until) : -1; // the clock may be set back: history stays whole
    return rows
      .slice(0, later < 0 ? undefined : later)
      .filter(({ version }) => version >= fromVersion && version <= toVersion)
      .map(toStoredEvent);
  }

  async *replay(stream: string, options?: ReadStreamOptions): AsyncGenerator<readonly ReplayedEvent[]> {
    yield await this.readStream(stream, options);
  }

  async streamVersion(stream: string): Promise<number> {
    return this.database.streams.get(this.database.transaction(), stream)?.length ?? 0;
  }

  async versionOf(stream: string, eventId: string): Promise<number | undefined> {
    const row = this.database.eventIds.get(this.database.transaction(), eventId);
    return row?.key === stream ? row.version : undefined;
  }

  async findCommand(command: CommandKey): Promise<CommandOutcome | undefined> {
    validateCommand(command);
    return this.known(this.database.transaction(), command);
  }

  async decisionsOf(commandId: string): Promise<readonly RecordedDecision[]> {
    return this.database.commands
      .all(this.database.transaction())
      .filter(({ id }) => id === commandId)
      .map(({ stream, step, outcome: { outcome } }) => ({ stream, step, outcome }));
  }

  async recordCommand(
    command: CommandKey,
    outcome: Exclude<CommandOutcome, { outcome: 'accepted' }>,
  ): Promise<CommandOutcome> {
    validateCommand(command);
    return this.database.transact(
      (transaction) => this.known(transaction, command) ?? this.record(transaction, command, outcome),
    );
  }

  private decideAppend(
    transaction: MemoryTransaction,
    { stream, expected, events, command }: AppendRequest,
  ): AppendResult {
    const known = command && this.known(transaction, command);
    if (known) return firstAnswer(known, stream);
    const stored = this.storedBefore(transaction, stream, events);
    if (stored) return { ...stored, repeated: true };
    const before = this.database.streams.get(transaction, stream) ?? [];
    if (!meets(expected, before.length)) throw new WrongExpectedVersionError(stream, expected, before.length);
    const rows = this.write(transaction, stream, before, events);
    const result = resultOf(stream, rows);
    if (command) this.record(transaction, command, { outcome: 'accepted', result });
    return result;
  }

  private write(
    transaction: MemoryTransaction,
    stream: string,
    before: readonly LogRow[],
    events: readonly EventToAppend[],
  ): LogRow[] {
    const { logs, streams, eventIds } = this.database;
    const time = this.clock.now();
    const rows = events.map(({ id, type, schemaVersion, data, metadata }, index) => {
      const version = before.length + index + 1;
      return logs.events.write(transaction, { id, key: stream, version, type, schemaVersion, data, metadata, time });
    });
    for (const row of rows) eventIds.set(transaction, row.id, row);
    streams.set(transaction, stream, [...before, ...rows]);
    return rows;
  }

  /** The first result when exactly these events are stored, in this order; undefined when none of them is. */
  private storedBefore(
    transaction: MemoryTransaction,
    stream: string,
    events: readonly EventToAppend[],
  ): AppendResult | undefined {
    const found = events.map(({ id }) => this.database.eventIds.get(transaction, id));
    const taken = found.findIndex((row) => row !== undefined);
    if (taken < 0) return undefined;
    const firstVersion = found[0]?.version ?? 0;
    events.forEach((event, index) => {
      const row = found[index];
      if (row?.key !== stream || row.version !== firstVersion + index || hash(event) !== hash(toStoredEvent(row))) {
        throw new DuplicateEventIdError(stream, events[row ? index : taken]!.id);
      }
    });
    return resultOf(stream, found as LogRow[]);
  }

  private known(transaction: MemoryTransaction | undefined, command: CommandKey): CommandOutcome | undefined {
    const { commands, commandHashes } = this.database;
    const known = commandHashes.get(transaction, command.id);
    if (known !== undefined && known !== command.contentHash) throw new CommandIdReusedError(command.id);
    return commands.get(transaction, commandKey(command))?.outcome;
  }

  private record(transaction: MemoryTransaction, command: CommandKey, outcome: CommandOutcome): CommandOutcome {
    const { commands, commandHashes, commandTimes } = this.database;
    if (commandHashes.get(transaction, command.id) === undefined) {
      commandHashes.set(transaction, command.id, command.contentHash);
    }
    const { id, stream, step, type } = command;
    commandTimes.set(transaction, id, this.clock.now().getTime());
    commands.set(transaction, commandKey(command), { id, stream, step, type, outcome });
    return outcome;
  }
}

function resultOf(stream: string, rows: readonly LogRow[]): AppendResult {
  const last = rows.at(-1)!;
  return { stream, firstVersion: rows[0]!.version, version: last.version, position: last.position, repeated: false };
}

/** Metadata is left out: a redelivery has another trace. */
function hash({ type, schemaVersion, data }: EventToAppend): string {
  return contentHash({ type, schemaVersion, data });
}

function commandKey({ id, stream, step }: CommandKey): string {
  return JSON.stringify([id, stream, step]);
}

function toStoredEvent(row: LogRow): StoredEvent {
  const { id, key, version, type, schemaVersion, time, position, data, metadata } = toLogRecord(row);
  return { id, stream: key, version, type, schemaVersion, occurredAt: time, position, data, metadata };
}
