// What a subscription is: a stable name, a log, what it wants, and what it does with a record. The runner does the rest.
import type {
  Duty,
  LogCursor,
  LogName,
  LogRecord,
  ParkedMessage,
  Transaction,
  UnknownEventTypeError,
} from '../core/index.js';
import type { RetryPolicy } from './retry-policy.js';

/**
 * What becomes of a record that a subscription wants and this build cannot read, because a newer build has written it:
 * - `stop`: the subscription stops in front of it, gives its lease to whoever can go on, and looks again every 30 seconds. Nothing is lost or
 *   passed over; all of the subscription waits.
 * - `park`: it fails as if its handler threw: tried again, then parked with its successors of the same key. The others go on.
 * - `skip`: passed over with a warning, for good. Only where a missing event does no harm, such as in a statistic.
 */
export type UnknownPolicy = 'stop' | 'park' | 'skip';

interface SubscriptionBase {
  /** Stable for ever: a new name begins anew. */
  readonly name: string;
  readonly log: LogName;
  /** Where it begins the first time it is deployed. Projections and publishers: the beginning; handlers and sagas: now. */
  readonly start: 'beginning' | 'now';
  /** Records it does not want only move the checkpoint. */
  readonly wants: (record: LogRecord) => boolean;
  /** Records of one key are handled in order, and a failing one holds back only its own key. Default: the record's key. */
  readonly keyOf?: (record: LogRecord) => string;
  /** Why this build cannot read a record it wants; asked before the record is handled. Default: it can read all. */
  readonly unreadable?: (record: LogRecord) => UnknownEventTypeError | undefined;
  /** What becomes of such a record, default `stop`. */
  readonly unknown?: UnknownPolicy | undefined;
  readonly retry?: Partial<RetryPolicy>;
  /**
   * Another policy for errors with this code (the name of an error without one), e.g. those that no retry can mend; undefined: `retry` as
   * ever. Asked without `error` about the failure before, of which only the code was kept: where the policy changes, attempts count anew.
   */
  readonly retryFor?: (code: string, error?: unknown) => RetryPolicy | undefined;
  /** Longest time one call may take, in milliseconds, default 30,000. */
  readonly deadlineMs?: number;
}

/**
 * Effect and checkpoint commit together: what is written through the transaction happens once per record, anything else at least once.
 * For read models, sagas and handlers.
 */
export interface TransactionalSubscription extends SubscriptionBase {
  readonly delivery: 'transactional';
  /**
   * Records in one unit of work, default as many as were taken from the log. When one of them fails, those before it are handled again:
   * 1 where `handle` may have effects outside the transaction, so that only the failing record itself is called again.
   */
  readonly together?: number;
  /** `handlers` where `handle` may wait for others than the database: then no other subscription misses the connection it holds meanwhile. */
  readonly duty?: Extract<Duty, 'handlers'>;
  /** Records taken from the log at a time, default as the runner is told. */
  readonly batchSize?: number;
  /** Pause after each unit of work, in milliseconds, default none: for what may come a little late and costs less in large units. */
  readonly restMs?: number;
  /**
   * Whether there is anything to `handle`, where only a decision tells: asked before a unit of work is open, so that none is opened for nothing.
   * False: the record only moves the checkpoint, as if it were not wanted. What it throws, the record fails with. It must not write anything.
   */
  concerns?(record: LogRecord): Promise<boolean>;
  handle(record: LogRecord, transaction: Transaction): Promise<void>;
  /**
   * Called at the end of every unit of work in which something was handled: the place to write what its records have come to, in one statement
   * for all of them. What it throws, none of them is done: they come again one at a time, and one that is alone is to blame for it.
   */
  conclude?(transaction: Transaction): Promise<void>;
  /**
   * The projection whose segment it is: processes share the segments. Most records are not wanted then, and the checkpoint follows those
   * with a little delay, to save writes.
   */
  readonly segmentOf?: string;
  /**
   * Called once at the start of every unit of work with all its records that are wanted, also those that will stand behind a failed one:
   * the place to lock rows, in one order for all units. What it throws, the record is to blame for once it is alone.
   */
  prepare?(records: readonly LogRecord[], transaction: Transaction): Promise<void>;
  /**
   * All keys of what a record is for, where only the database knows that several keys are one thing, such as a process with several. Called
   * within the unit, after `prepare`: something set aside under any of them holds the record back, and the first is where it is set aside
   * itself. Default: its own key alone.
   */
  keysWithin?(record: LogRecord, transaction: Transaction): Promise<readonly string[]>;
  /**
   * Whether a record goes before what is set aside of its key (`ahead()`, ascending), because that waits for this very record. Called within
   * the unit. Default: never.
   */
  overtakes?(
    record: LogRecord,
    ahead: () => Promise<readonly ParkedMessage[]>,
    transaction: Transaction,
  ): Promise<boolean>;
  /**
   * Called when everything that was settled has been handled, in a unit of work of its own that is fenced by the lease: what it writes
   * commits with the checkpoint, `at`. Asked again about once a poll while it resolves to false, and every half a minute
   * after that.
   */
  caughtUp?(at: LogCursor): Promise<boolean>;
}

/** At least once, keys side by side, no transaction held open. For effects outside the database, made idempotent by ids. */
export interface ConcurrentSubscription extends SubscriptionBase {
  readonly delivery: 'concurrent';
  /** How many keys at a time, default 16. */
  readonly concurrency?: number;
  handle(record: LogRecord): Promise<void>;
}

/** At least once, a batch in one call, one call outstanding. For the relay. */
export interface BatchSubscription extends SubscriptionBase {
  readonly delivery: 'batch';
  /** The publisher whose segment it is, as with a projection. */
  readonly segmentOf?: string;
  /** The number of segments may change from build to build, see {@link divisibleCheckpoints}: some records then come again. */
  readonly divisible?: boolean;
  /** Records in one call, default 500. */
  readonly batchSize?: number;
  /**
   * Resolves with the records that failed for a reason of their own (the others are done); rejects with UnavailableError when none can
   * go through now, and the same batch comes again. After any other error the records come one at a time, and the one it is thrown for
   * is set aside. Where a key's order matters, the failed record's successors of the same key in this batch must be among the failed
   * too: those that are not count as done.
   */
  handleBatch(records: readonly LogRecord[]): Promise<readonly { position: bigint; error: unknown }[]>;
}

export type SubscriptionDefinition = TransactionalSubscription | ConcurrentSubscription | BatchSubscription;
