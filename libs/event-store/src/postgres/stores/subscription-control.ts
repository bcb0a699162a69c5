// What an operator does to a subscription: each statement changes the lease's owner and epoch, which fences whoever worked on it.
import {
  currentTransaction,
  LeaseLostError,
  type Lease,
  type LogCursor,
  type Pause,
  type SubscriptionControl,
  type SubscriptionKey,
} from '../../core/index.js';
import type { PostgresDatabase } from '../connections/database.js';

/** Columns of `event_store.subscriptions`. */
export interface PauseRow {
  readonly paused_at: Date | null;
  readonly paused_by: string | null;
  readonly pause_reason: string | null;
}

export class PostgresSubscriptionControl implements SubscriptionControl {
  constructor(private readonly database: PostgresDatabase) {}

  /** Waits for a checkpoint that is about to commit; one that comes later finds that the lease is gone. */
  async pause({ name, log }: SubscriptionKey, { by, reason }: Omit<Pause, 'since'>): Promise<boolean> {
    const { rowCount } = await this.database.query({
      text: `UPDATE event_store.subscriptions
                SET paused_at = clock_timestamp(), paused_by = $3, pause_reason = $4,
                    lease_owner = NULL, leased_until = NULL, lease_epoch = lease_epoch + 1
              WHERE name = $1 AND log = $2 AND paused_at IS NULL`,
      values: [name, log, by, reason],
    });
    return rowCount === 1;
  }

  async resume({ name, log }: SubscriptionKey): Promise<boolean> {
    const { rowCount } = await this.database.query({
      text: `UPDATE event_store.subscriptions SET paused_at = NULL, paused_by = NULL, pause_reason = NULL
              WHERE name = $1 AND log = $2 AND paused_at IS NOT NULL`,
      values: [name, log],
    });
    return rowCount === 1;
  }

  async takeOver({ name, log }: SubscriptionKey, owner: string, ttlMs: number): Promise<Lease | undefined> {
    const { rows } = await this.database.query<{ lease_epoch: bigint; log_epoch: string; position: bigint }>({
      text: `UPDATE event_store.subscriptions
                SET lease_owner = $3, lease_epoch = lease_epoch + 1,
                    leased_until = clock_timestamp() + $4 * interval '1 millisecond'
              WHERE name = $1 AND log = $2 AND paused_at IS NULL RETURNING lease_epoch, log_epoch, position`,
      values: [name, log, owner, ttlMs],
    });
    const [row] = rows;
    return (
      row && { name, log, owner, epoch: row.lease_epoch, cursor: { epoch: row.log_epoch, position: row.position } }
    );
  }

  async restart({ name, log, owner, epoch }: Lease, at: LogCursor): Promise<void> {
    const { rowCount } = await this.database.query({
      text: `WITH moved AS (
               UPDATE event_store.subscriptions SET log_epoch = $5, position = $6, updated_at = clock_timestamp()
                WHERE name = $1 AND log = $2 AND lease_owner = $3 AND lease_epoch = $4 RETURNING name, log
             ), taken_out AS (
               DELETE FROM event_store.parked_messages p USING moved
                WHERE p.subscription = moved.name AND p.log = moved.log
             ), remembered AS (
               DELETE FROM event_store.discarded_messages d USING moved
                WHERE d.subscription = moved.name AND d.log = moved.log
             )
             SELECT FROM moved`,
      values: [name, log, owner, epoch, at.epoch, at.position],
    });
    if (rowCount === 1) return;
    const lost = new LeaseLostError(name, epoch);
    currentTransaction()?.markRollbackOnly(lost);
    throw lost;
  }
}

export function pauseOf({ paused_at, paused_by, pause_reason }: PauseRow): Pause | undefined {
  return paused_at === null ? undefined : { since: paused_at, by: paused_by!, reason: pause_reason! };
}
