// Records set aside, so that one that fails holds back its own key and nothing else.
import type { LogName, ParkedMessage, ParkingStore, RecordToPark, SubscriptionKey } from '../../core/index.js';
import type { PostgresDatabase } from '../connections/database.js';

export interface ParkedRow {
  readonly subscription: string;
  readonly log: LogName;
  readonly position: bigint;
  readonly message_id: string;
  readonly type: string;
  readonly key: string;
  readonly status: ParkedMessage['status'];
  readonly attempts: number;
  readonly reason: string;
  readonly due_at: Date | null;
  readonly parked_at: Date;
}

const COLUMNS = 'subscription, log, position, message_id, type, key, status, attempts, reason, due_at, parked_at';
const INSERT = `INSERT INTO event_store.parked_messages (subscription, log, position, message_id, type, key, status, attempts, reason, due_at)`;
/** The lowest position of each key: the one whose turn it is. A parked one keeps its turn, and so its successors waiting. */
const HEADS = `SELECT DISTINCT ON (key) ${COLUMNS} FROM event_store.parked_messages
                WHERE subscription = $1 AND log = $2 ORDER BY key, position`;

export class PostgresParkingStore implements ParkingStore {
  constructor(private readonly database: PostgresDatabase) {}

  async isEmpty({ name, log }: SubscriptionKey): Promise<boolean> {
    const { rowCount } = await this.database.query({
      name: 'parking-is-empty',
      text: 'SELECT 1 FROM event_store.parked_messages WHERE subscription = $1 AND log = $2 LIMIT 1',
      values: [name, log],
    });
    return rowCount === 0;
  }

  async heldKeys({ name, log }: SubscriptionKey, keys: readonly string[]): Promise<ReadonlySet<string>> {
    if (keys.length === 0) return new Set();
    const { rows } = await this.database.query<{ key: string }>({
      name: 'parking-held-keys',
      text: 'SELECT DISTINCT key FROM event_store.parked_messages WHERE subscription = $1 AND log = $2 AND key = ANY($3)',
      values: [name, log, keys],
    });
    return new Set(rows.map(({ key }) => key));
  }

  async setAside(
    subscription: SubscriptionKey,
    record: RecordToPark,
    { attempts, reason, delayMs }: { attempts: number; reason: string; delayMs: number | undefined },
  ): Promise<void> {
    const status: ParkedMessage['status'] = delayMs === undefined ? 'parked' : 'waiting';
    await this.database.query({
      name: 'parking-set-aside',
      text: `${INSERT} VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, clock_timestamp() + $10 * interval '1 millisecond')
             ON CONFLICT (subscription, log, position) DO UPDATE
                SET status = excluded.status, attempts = excluded.attempts, reason = excluded.reason, due_at = excluded.due_at,
                    mirrored_at = NULL, mirror_claimed_until = NULL`,
      values: [...identity(subscription, record), status, attempts, reason, delayMs ?? null],
    });
  }

  async queueBehind(subscription: SubscriptionKey, record: RecordToPark): Promise<void> {
    await this.database.query({
      name: 'parking-queue-behind',
      text: `${INSERT} VALUES ($1, $2, $3, $4, $5, $6, 'behind', 0, '', NULL) ON CONFLICT DO NOTHING`,
      values: identity(subscription, record),
    });
  }

  async due({ name, log }: SubscriptionKey, limit: number): Promise<ParkedMessage[]> {
    const { rows } = await this.database.query<ParkedRow>({
      name: 'parking-due',
      text: `SELECT ${COLUMNS} FROM (${HEADS}) head
              WHERE status <> 'parked' AND (due_at IS NULL OR due_at <= clock_timestamp()) ORDER BY position LIMIT $3`,
      values: [name, log, limit],
    });
    return rows.map(parkedOf);
  }

  async nextDueInMs({ name, log }: SubscriptionKey): Promise<number | undefined> {
    const { rows } = await this.database.query<{ ms: number | null }>({
      name: 'parking-next-due',
      text: `SELECT ceil(min(greatest(0, coalesce(extract(epoch FROM due_at - clock_timestamp()) * 1000, 0))))::float8 AS ms
               FROM (${HEADS}) head WHERE status <> 'parked'`,
      values: [name, log],
    });
    return rows[0]?.ms ?? undefined;
  }

  async remove({ name, log }: SubscriptionKey, position: bigint): Promise<void> {
    await this.database.query({
      name: 'parking-remove',
      text: 'DELETE FROM event_store.parked_messages WHERE subscription = $1 AND log = $2 AND position = $3',
      values: [name, log, position],
    });
  }

  async takeOut({ name, log }: SubscriptionKey): Promise<readonly ParkedMessage[]> {
    const { rows } = await this.database.query<ParkedRow>({
      name: 'parking-take-out',
      text: `WITH taken AS (DELETE FROM event_store.parked_messages WHERE subscription = $1 AND log = $2 RETURNING ${COLUMNS})
             SELECT * FROM taken ORDER BY position`,
      values: [name, log],
    });
    return rows.map(parkedOf);
  }

  /** Its attempts begin anew: whoever replays it believes that the cause is mended. */
  async replay({ name, log }: SubscriptionKey, position: bigint): Promise<boolean> {
    const { rowCount } = await this.database.query({
      text: `UPDATE event_store.parked_messages SET status = 'waiting', attempts = 0, due_at = clock_timestamp()
              WHERE subscription = $1 AND log = $2 AND position = $3 AND status = 'parked'`,
      values: [name, log, position],
    });
    return rowCount === 1;
  }

  async discard({ name, log }: SubscriptionKey, position: bigint): Promise<boolean> {
    const { rows } = await this.database.query<{ done: boolean }>({
      text: 'SELECT event_store.discard_parked($1, $2, $3) AS done',
      values: [name, log, position],
    });
    return rows[0]!.done;
  }

  async lastSetAside({ name, log }: SubscriptionKey, position: bigint): Promise<bigint | undefined> {
    const { rows } = await this.database.query<{ last: bigint | null }>({
      name: 'parking-last-set-aside',
      text: `SELECT greatest((SELECT max(position) FROM event_store.parked_messages WHERE subscription = $1 AND log = $2 AND position > $3),
                             (SELECT max(position) FROM event_store.discarded_messages WHERE subscription = $1 AND log = $2 AND position > $3))
                      AS last`,
      values: [name, log, position],
    });
    return rows[0]!.last ?? undefined;
  }

  async isDiscarded(
    { name, log }: SubscriptionKey,
    { position, id }: Pick<RecordToPark, 'position' | 'id'>,
  ): Promise<boolean> {
    const { rowCount } = await this.database.query({
      name: 'parking-is-discarded',
      text: `SELECT 1 FROM event_store.discarded_messages
              WHERE subscription = $1 AND log = $2 AND position = $3 AND message_id = $4`,
      values: [name, log, position, id],
    });
    return rowCount === 1;
  }

  async list(filter: { name?: string; key?: string; status?: ParkedMessage['status'] } = {}): Promise<ParkedMessage[]> {
    const { rows } = await this.database.query<ParkedRow>({
      text: `SELECT ${COLUMNS} FROM event_store.parked_messages
              WHERE ($1::text IS NULL OR subscription = $1) AND ($2::text IS NULL OR key = $2) AND ($3::text IS NULL OR status = $3)
              ORDER BY subscription, log, position`,
      values: [filter.name ?? null, filter.key ?? null, filter.status ?? null],
    });
    return rows.map(parkedOf);
  }
}

function identity({ name, log }: SubscriptionKey, { position, id, type, key }: RecordToPark): unknown[] {
  return [name, log, position, id, type, key];
}

export function parkedOf(row: ParkedRow): ParkedMessage {
  return {
    name: row.subscription,
    log: row.log,
    position: row.position,
    messageId: row.message_id,
    type: row.type,
    key: row.key,
    status: row.status,
    attempts: row.attempts,
    reason: row.reason,
    dueAt: row.due_at ?? undefined,
    parkedAt: row.parked_at,
  };
}
