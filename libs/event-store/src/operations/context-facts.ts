// The port that tells the doctor how a context's database is. Facts only: what they mean is decided by the doctor.
import type { LogName, SubscriptionStatus } from '../core/index.js';

export interface ServerFacts {
  /** As the server says it, e.g. `18.4`. */
  readonly version: string;
  /** The database clock. */
  readonly now: Date;
  /** False when the schema of the event store is not there at all. */
  readonly hasSchema: boolean;
  /** Migrations this build knows and the database lacks. */
  readonly pending: readonly string[];
  /** Migrations the database has and this build does not know. */
  readonly unknown: readonly string[];
  /** A setting under which events could be lost, or a sequence behind its table: what it is and how to mend it. */
  readonly danger: string | undefined;
  readonly warnings: readonly string[];
}

/** An open transaction that has written to a log. Until it ends, no reader passes the first position it has drawn. */
export interface LogWriter {
  readonly log: LogName;
  /** Undefined for a prepared transaction. */
  readonly pid: number | undefined;
  /** Name of the prepared transaction. */
  readonly prepared: string | undefined;
  /** How long it has been open, in milliseconds; undefined where this role may not see it. */
  readonly openMs: number | undefined;
  readonly application: string | undefined;
  /** E.g. `idle in transaction`. */
  readonly state: string | undefined;
  /** Its last statement, which may hold data: shown to operators, never logged. */
  readonly query: string | undefined;
}

export interface SubscriptionFacts extends SubscriptionStatus {
  /** Whether somebody's lease is running, on the database clock. */
  readonly leased: boolean;
  /** Records after the checkpoint, counted up to {@link LAG_COUNTED}. */
  readonly lag: number;
  /** Age of the first record after the checkpoint, in milliseconds. */
  readonly lagMs: number | undefined;
}

/** Counting stops here: a subscription that far behind needs no exact number. */
export const LAG_COUNTED = 10_000;

export interface ProcessFacts {
  readonly running: number;
  readonly completed: number;
  /** Timers that are not due yet. */
  readonly scheduled: number;
  /** Timers that are due and have not fired. */
  readonly due: number;
  /** How long the oldest of those is due, in milliseconds. */
  readonly overdueMs: number | undefined;
}

export interface LogPlace {
  /** The highest position written. */
  readonly last: bigint;
  /** Where a reader has to begin to meet the last `count` records asked for. */
  readonly start: bigint;
}

export interface ContextFacts {
  /** Without secrets, e.g. `127.0.0.1:5432/order_service`. */
  readonly place: string;
  /** @throws UnavailableError */
  server(): Promise<ServerFacts>;
  subscriptions(): Promise<SubscriptionFacts[]>;
  writers(): Promise<LogWriter[]>;
  /** Undefined where this database has no process managers. */
  processes(): Promise<ProcessFacts | undefined>;
  endOf(log: LogName, count: number): Promise<LogPlace>;
  /** Subjects that were forgotten `sinceMs` milliseconds ago or longer, and of whom no `subject.forgotten` tells. The oldest `limit` of them. */
  untoldSubjects(sinceMs: number, limit: number): Promise<readonly string[]>;
}
