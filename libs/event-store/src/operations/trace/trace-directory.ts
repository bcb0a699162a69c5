// The port that finds what belongs to one request. It asks for ids, types and times only: what the records say stays where it is.
import type { EventMetadata, LogName, ParkedMessage, Rejection } from '../../core/index.js';

/** A record of a log without its data. */
export interface TracedRecord {
  readonly log: LogName;
  readonly position: bigint;
  readonly id: string;
  readonly key: string;
  /** Version inside the stream; 0 where the log has none. */
  readonly version: number;
  readonly type: string;
  readonly time: Date;
  readonly metadata: EventMetadata;
}

/** One decision of a command. */
export interface TracedDecision {
  readonly id: string;
  readonly stream: string;
  readonly type: string;
  readonly time: Date;
  readonly outcome: 'accepted' | 'unchanged' | 'rejected';
  readonly rejection: Rejection | undefined;
}

/** One that has not fired. */
export interface TracedTimer {
  readonly id: string;
  readonly process: string;
  readonly processId: string;
  readonly name: string;
  readonly time: Date;
  readonly dueAt: Date;
  readonly metadata: EventMetadata;
}

/** A record of the trace that a subscription has set aside. */
export type TracedAside = Pick<
  ParkedMessage,
  'name' | 'log' | 'position' | 'messageId' | 'status' | 'attempts' | 'reason' | 'dueAt'
>;

/** That an operator had a parked record tried again, or gave it up. */
export interface TracedOperation {
  /** As `parked list` names the record. */
  readonly subject: string;
  readonly action: 'parked.replay' | 'parked.discard';
  readonly at: Date;
  /** Until then, and why the last one failed. */
  readonly attempts: number;
  readonly reason: string;
}

/** What an id names. */
export interface FoundId {
  readonly what: 'event' | 'message' | 'command' | 'timer' | 'stream';
  readonly time: Date;
  /** Undefined where nothing says it: a command that made no event. */
  readonly correlationId: string | undefined;
}

/** Positions of a log: after the first, up to and with the second. */
export interface PositionRange {
  readonly after: bigint;
  readonly upTo: bigint;
}

export interface TraceDirectory {
  /** By unique indexes alone; of a stream, the first event of each request that wrote to it, oldest first, at most 50. */
  find(id: string): Promise<FoundId[]>;
  /** Where the log was between the two times, found by halving over its primary key. */
  between(log: LogName, from: Date, to: Date): Promise<PositionRange>;
  /** Ascending by position. Looks at every record of the range. */
  records(log: LogName, correlationId: string, range: PositionRange): Promise<TracedRecord[]>;
  /** What was decided about these commands. */
  decisions(commandIds: readonly string[]): Promise<TracedDecision[]>;
  /** Of this request, not fired. */
  timers(correlationId: string): Promise<TracedTimer[]>;
  /** What is set aside at these positions of the log, whatever the subscription. */
  setAside(log: LogName, positions: readonly bigint[]): Promise<TracedAside[]>;
  /** What operators did about these parked records, oldest first. */
  operations(subjects: readonly string[]): Promise<TracedOperation[]>;
  /** Names of all subscriptions: ids of what handlers send derive from them. */
  subscriptions(): Promise<string[]>;
}
