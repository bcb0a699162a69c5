// Where each subscription is, and who may move it: one row per subscription and log, leased on the database's clock, fenced by the lease epoch.
import {
  type CheckpointStore,
  currentTransaction,
  type Lease,
  LeaseLostError,
  type LogCursor,
  type LogName,
  type SubscriptionKey,
  type SubscriptionStatus,
} from '../../core/index.js';
import { requiring, type PostgresDatabase } from '../connections/database.js';
import { pauseOf, type PauseRow } from './subscription-control.js';

interface TakenRow {
  readonly lease_epoch: bigint;
  readonly log_epoch: string;
  readonly position: bigint;
}

const SET_POSITION =
  'UPDATE event_store.subscriptions SET position = greatest(position, $5), updated_at = clock_timestamp()';
const OF_THE_LEASE = 'WHERE name = $1 AND log = $2 AND lease_owner = $3 AND lease_epoch = $4';
const SAVE_WITH_EFFECT = { name: 'checkpoint-save', text: requiring('1', `${SET_POSITION} ${OF_THE_LEASE}`) };
/**
 * By itself it does not wait until the disk has it, which is most of what it costs: a server that crashes within the next half second has forgotten it,
 * and the records come again, as when the process had crashed in front of it. Whatever commits later is on the disk behind it, never before it.
 */
const SAVE_ALONE = {
  name: 'checkpoint-save-alone',
  text: `WITH unflushed AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
         ${SET_POSITION} FROM unflushed ${OF_THE_LEASE}`,
};

export class PostgresCheckpointStore implements CheckpointStore {
  constructor(private readonly database: PostgresDatabase) {}

  async acquire(
    key: SubscriptionKey,
    owner: string,
    ttlMs: number,
    initial: () => Promise<LogCursor>,
  ): Promise<Lease | undefined> {
    const taken = await this.take(key, owner, ttlMs);
    if (taken || (await this.isKnown(key))) return taken;
    const { epoch, position } = await initial();
    await this.database.query({
      name: 'subscription-begin',
      text: `INSERT INTO event_store.subscriptions (name, log, log_epoch, position) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
      values: [key.name, key.log, epoch, position],
    });
    return this.take(key, owner, ttlMs);
  }

  async renew({ name, log, owner, epoch }: Lease, ttlMs: number): Promise<boolean> {
    const { rowCount } = await this.database.query({
      name: 'lease-renew',
      text: `UPDATE event_store.subscriptions SET leased_until = clock_timestamp() + $5 * interval '1 millisecond'
              WHERE name = $1 AND log = $2 AND lease_owner = $3 AND lease_epoch = $4`,
      values: [name, log, owner, epoch, ttlMs],
    });
    return rowCount === 1;
  }

  async release({ name, log, owner, epoch }: Lease): Promise<void> {
    await this.database.query({
      name: 'lease-release',
      text: `UPDATE event_store.subscriptions SET lease_owner = NULL, leased_until = NULL
              WHERE name = $1 AND log = $2 AND lease_owner = $3 AND lease_epoch = $4`,
      values: [name, log, owner, epoch],
    });
  }

  /** The row is locked until the unit ends, so a takeover waits for this commit or makes it fail: there is nothing in between. */
  async save({ name, log, owner, epoch }: Lease, position: bigint): Promise<void> {
    const values = [name, log, owner, epoch, position];
    const lost = (): Error => new LeaseLostError(name, epoch);
    if (currentTransaction()) return this.database.change({ ...SAVE_WITH_EFFECT, values }, lost);
    const { rowCount } = await this.database.query({ ...SAVE_ALONE, values });
    if (rowCount !== 1) throw lost();
  }

  async list(): Promise<SubscriptionStatus[]> {
    const { rows } = await this.database.query<
      TakenRow & PauseRow & { name: string; log: LogName; lease_owner: string | null; leased_until: Date | null }
    >({
      text: `SELECT name, log, log_epoch, position, lease_owner, lease_epoch, leased_until, paused_at, paused_by, pause_reason
               FROM event_store.subscriptions ORDER BY name, log`,
    });
    return rows.map((row) => ({
      name: row.name,
      log: row.log,
      cursor: { epoch: row.log_epoch, position: row.position },
      owner: row.lease_owner ?? undefined,
      leaseEpoch: row.lease_epoch,
      leasedUntil: row.leased_until ?? undefined,
      paused: pauseOf(row),
    }));
  }

  async positions(log: LogName, names: readonly string[]): Promise<ReadonlyMap<string, bigint>> {
    const { rows } = await this.database.query<{ name: string; position: bigint }>({
      name: 'checkpoint-positions',
      text: 'SELECT name, position FROM event_store.subscriptions WHERE log = $1 AND name = ANY($2)',
      values: [log, names],
    });
    return new Map(rows.map(({ name, position }) => [name, position]));
  }

  /** SKIP LOCKED: while a former owner's unit is about to commit its checkpoint, the row is not free yet. */
  private async take({ name, log }: SubscriptionKey, owner: string, ttlMs: number): Promise<Lease | undefined> {
    const { rows } = await this.database.query<TakenRow>({
      name: 'lease-take',
      text: `WITH free AS (
               SELECT name, log FROM event_store.subscriptions
                WHERE name = $1 AND log = $2 AND paused_at IS NULL
                  AND (lease_owner IS NULL OR lease_owner = $3 OR leased_until <= clock_timestamp())
                  FOR UPDATE SKIP LOCKED
             )
             UPDATE event_store.subscriptions s
                SET lease_owner = $3, lease_epoch = s.lease_epoch + 1,
                    leased_until = clock_timestamp() + $4 * interval '1 millisecond'
               FROM free WHERE s.name = free.name AND s.log = free.log
             RETURNING s.lease_epoch, s.log_epoch, s.position`,
      values: [name, log, owner, ttlMs],
    });
    const [row] = rows;
    return (
      row && { name, log, owner, epoch: row.lease_epoch, cursor: { epoch: row.log_epoch, position: row.position } }
    );
  }

  private async isKnown({ name, log }: SubscriptionKey): Promise<boolean> {
    const { rows } = await this.database.query({
      text: 'SELECT 1 FROM event_store.subscriptions WHERE name = $1 AND log = $2',
      values: [name, log],
    });
    return rows.length > 0;
  }
}
