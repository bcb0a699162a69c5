// A log is an append-only table read by position: the store's events, the inbound messages, the outgoing commands. This port reads one without loss.
import type { EventMetadata } from '../events/event.js';

export type LogName = 'events' | 'inbound' | 'outgoing';

/** One row of a log, whatever the log holds. Its fields may be getters of a class: {@link recordOf} copies all of them, a spread need not. */
export interface LogRecord {
  readonly position: bigint;
  /** Event, message or command id (UUID for our own). */
  readonly id: string;
  /** Records of one key are handled in order: the stream, the message key, or `<process>/<cause key>`. */
  readonly key: string;
  /** Version inside the stream; 0 where the log has none. */
  readonly version: number;
  readonly type: string;
  readonly schemaVersion: number;
  /** Plain JSON data. */
  readonly data: object;
  readonly metadata: EventMetadata;
  /** Time of the write on the database clock. */
  readonly time: Date;
  /** Size of its data as JSON, about, where the log knows it. */
  readonly bytes?: number;
  /** False where the log knows that nothing in its data is encrypted. */
  readonly sealed?: boolean;
}

/** A copy with something changed, of a record or of an event. A spread would miss what a log parses only when somebody looks. */
export function recordOf<R extends Pick<LogRecord, 'data'>>(record: R, changed: Partial<R>): R {
  const { metadata } = record as { metadata?: EventMetadata };
  return { ...record, data: record.data, ...(metadata && { metadata }), ...changed };
}

/** A place a reader has reached: always a settled position, valid only in the log epoch it was taken in. */
export interface LogCursor {
  /** Changes when the database was restored or failed over: positions of another epoch mean nothing. */
  readonly epoch: string;
  /** 0 is the beginning. */
  readonly position: bigint;
}

/** An open transaction that has written to a log. */
export interface LogHolder {
  /** Undefined for a prepared transaction: no session has it any more. */
  readonly pid: number | undefined;
  /** Name of the prepared transaction: COMMIT PREPARED or ROLLBACK PREPARED sets the log free. */
  readonly prepared?: string;
  /** How long it has been open, in milliseconds; undefined where this role may not see it. */
  readonly ageMs: number | undefined;
}

/** Why a log's readers do not go on, although there may be records. */
export interface HeldBack {
  /** The first position that is not settled. */
  readonly position: bigint;
  readonly sinceMs: number;
  /** Whom the readers wait for. */
  readonly holders: readonly LogHolder[];
}

/** What one look at a log found. */
export interface LogPage {
  readonly records: readonly LogRecord[];
  /** Nothing behind these was there to be read when the look began. What was committed since is told by {@link SettledLog.changed}. */
  readonly isEnd: boolean;
}

export interface SettledLog {
  readonly name: LogName;
  /** Where records hold encrypted data: the same log with the data as it lies there. Whoever keeps records for longer than a moment keeps these, … */
  readonly encrypted?: SettledLog;
  /** … and decrypts them when they are handed on, so that what is forgotten meanwhile is not decrypted any more. */
  decrypted?(records: readonly LogRecord[]): Promise<readonly LogRecord[]>;
  /** Cursor before the first record. */
  beginning(): Promise<LogCursor>;
  /** Cursor at the newest settled record (waits for appenders that may still land at or below it). */
  head(): Promise<LogCursor>;
  /**
   * The next settled records after the cursor, ascending, at most `limit`; empty when none is settled yet.
   * Nothing can ever appear at or below a position it has returned.
   * @throws LogEpochMismatchError cursor of another epoch; @throws CursorAheadOfLogError cursor beyond the log's last position.
   * @throws UnavailableError connection lost; start again from the checkpoint.
   */
  read(after: LogCursor, limit: number): Promise<readonly LogRecord[]>;
  /** {@link read} for those who follow the log: they need not ask again what this look has already found. */
  readPage(after: LogCursor, limit: number): Promise<LogPage>;
  /** One record, for a retry of something set aside; undefined when there is none. */
  readAt(position: bigint): Promise<LogRecord | undefined>;
  /** Resolves when something may have been written since the last look that found the end began, after `maxWaitMs` at the latest, or when the signal aborts. Never rejects. */
  changed(maxWaitMs: number, signal: AbortSignal): Promise<void>;
  /**
   * What keeps this reader's settled position from moving on, for metrics and health; undefined when nothing does. It tells of reads of this
   * process: from outside, `es doctor` asks the server for open writers (`ContextFacts.writers`). @throws UnavailableError
   */
  heldBack(): Promise<HeldBack | undefined>;
}
