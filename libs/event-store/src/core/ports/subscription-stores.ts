// Ports a subscription keeps its place and its troubles in. All writes join the ambient unit of work, so they commit with the effect.
import type { LogCursor, LogName, LogRecord } from './log.js';

/** A subscription is known by its stable name and the log it reads. */
export interface SubscriptionKey {
  readonly name: string;
  readonly log: LogName;
}

/** The right to work on a subscription. The epoch rises with every change of hands and fences the former holder. */
export interface Lease extends SubscriptionKey {
  readonly owner: string;
  readonly epoch: bigint;
  /** The checkpoint at the time the lease was taken. */
  readonly cursor: LogCursor;
}

export interface SubscriptionStatus extends SubscriptionKey {
  readonly cursor: LogCursor;
  readonly owner: string | undefined;
  readonly leaseEpoch: bigint;
  readonly leasedUntil: Date | undefined;
  /** Set while an operator keeps it from working: nobody gets its lease. */
  readonly paused?: Pause;
}

export interface Pause {
  readonly since: Date;
  /** Who did it, e.g. `os-user:alice`. */
  readonly by: string;
  readonly reason: string;
}

export interface CheckpointStore {
  /**
   * Takes the lease if it is free, expired or already ours; undefined while somebody else holds it. A subscription seen for the
   * first time starts at `initial()`. Time is the database's.
   */
  acquire(
    key: SubscriptionKey,
    owner: string,
    ttlMs: number,
    initial: () => Promise<LogCursor>,
  ): Promise<Lease | undefined>;
  /** Extends the lease; false when it is lost. */
  renew(lease: Lease, ttlMs: number): Promise<boolean>;
  /** Gives it back, so that the next owner need not wait. Harmless when lost already. */
  release(lease: Lease): Promise<void>;
  /** Moves the checkpoint. @throws LeaseLostError when another owner has taken over: the unit must roll back. */
  save(lease: Lease, position: bigint): Promise<void>;
  list(): Promise<SubscriptionStatus[]>;
  /** Checkpoints by name, of those among `names` that have begun; cheap enough to be asked again and again. */
  positions(log: LogName, names: readonly string[]): Promise<ReadonlyMap<string, bigint>>;
}

/**
 * What an operator may do to a subscription while services work on it. Each takes the lease away from whoever has it, so that the unit of
 * work that is open there rolls back: afterwards nothing of it can be committed any more.
 */
export interface SubscriptionControl {
  /** Nobody gets the lease until it is resumed. False when it is paused already, or unknown. */
  pause(key: SubscriptionKey, pause: Omit<Pause, 'since'>): Promise<boolean>;
  /** False when it is not paused, or unknown. */
  resume(key: SubscriptionKey): Promise<boolean>;
  /** Takes the lease whoever holds it; undefined when the subscription is paused, or unknown. */
  takeOver(key: SubscriptionKey, owner: string, ttlMs: number): Promise<Lease | undefined>;
  /** Moves the checkpoint anywhere, also back, and takes out what is set aside. @throws LeaseLostError as `save`. */
  restart(lease: Lease, at: LogCursor): Promise<void>;
}

/** A record set aside: waiting for its next attempt, standing behind one of the same key, or parked for good. */
export interface ParkedMessage extends SubscriptionKey {
  readonly position: bigint;
  readonly messageId: string;
  readonly type: string;
  readonly key: string;
  readonly status: 'waiting' | 'behind' | 'parked';
  readonly attempts: number;
  /** Why, e.g. the error's code and message; never the message's data. */
  readonly reason: string;
  /** When the next attempt is due, on the database clock. */
  readonly dueAt: Date | undefined;
  readonly parkedAt: Date;
}

/** What of a record is kept when it is set aside: the record itself stays in its log. */
export type RecordToPark = Pick<LogRecord, 'position' | 'id' | 'type' | 'key'>;

const OVERTAKING = ' (overtaking)';

/**
 * The key of a record that went before what is set aside under its own key, and failed: under that it would stand behind what waits for it.
 * Who looks for a key looks for this one too.
 */
export function overtakingKey(key: string): string {
  return `${key}${OVERTAKING}`;
}

export interface ParkingStore {
  /** Whether nothing is set aside. What the holder of the lease learns by it stays true until it sets something aside itself. */
  isEmpty(subscription: SubscriptionKey): Promise<boolean>;
  /** Which of `keys` have something set aside. */
  heldKeys(subscription: SubscriptionKey, keys: readonly string[]): Promise<ReadonlySet<string>>;
  /** Sets a failed record aside for its next attempt in `delayMs`, or parks it for good when `delayMs` is undefined. Idempotent per position. */
  setAside(
    subscription: SubscriptionKey,
    record: RecordToPark,
    failure: { attempts: number; reason: string; delayMs: number | undefined },
  ): Promise<void>;
  /** Sets a successor of a held key behind it. */
  queueBehind(subscription: SubscriptionKey, record: RecordToPark): Promise<void>;
  /** The lowest position of each held key whose turn it is: not parked, and due on the database clock. */
  due(subscription: SubscriptionKey, limit: number): Promise<ParkedMessage[]>;
  /** Milliseconds until the next `due` may return something; undefined when nothing waits. */
  nextDueInMs(subscription: SubscriptionKey): Promise<number | undefined>;
  /** Handled at last: takes it out. */
  remove(subscription: SubscriptionKey, position: bigint): Promise<void>;
  /**
   * Takes out all of a subscription, and tells what it was, ascending. In a unit of work nobody else changes any of it until that ends: whoever has
   * begun to is waited for, and what they have made of it is what is told.
   */
  takeOut(subscription: SubscriptionKey): Promise<readonly ParkedMessage[]>;
  /** Puts a parked record back in line, due now. False when there is none. */
  replay(subscription: SubscriptionKey, position: bigint): Promise<boolean>;
  /**
   * Gives a parked record up: takes it out, and its successors go on. Where the checkpoint stands before it, it is remembered as discarded. False when
   * there is none.
   */
  discard(subscription: SubscriptionKey, position: bigint): Promise<boolean>;
  /** The highest position after `position` that is set aside, or was discarded; undefined where there is none. */
  lastSetAside(subscription: SubscriptionKey, position: bigint): Promise<bigint | undefined>;
  /** Whether a record was discarded: one that comes again, because the checkpoint stands before it, is not to be handled. */
  isDiscarded(subscription: SubscriptionKey, record: Pick<RecordToPark, 'position' | 'id'>): Promise<boolean>;
  list(filter?: { name?: string; key?: string; status?: ParkedMessage['status'] }): Promise<ParkedMessage[]>;
}
