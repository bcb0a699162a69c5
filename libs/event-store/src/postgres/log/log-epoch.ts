// Positions mean something within one life of a database. A restore or failover begins another, and that is never passed over in silence.
import type { DedicatedConnection } from '../connections/dedicated-connection.js';
import type { PostgresDatabase } from '../connections/database.js';

export interface LogEpoch {
  readonly epoch: string;
  /** Undefined while the server is the one the epoch was begun on; otherwise what it is now. */
  readonly strangeServer: string | undefined;
}

// The timeline of pg_control_checkpoint() lags behind a promotion; the name of the WAL file being written does not.
const SERVER = `SELECT system_identifier::text AS system_identifier,
  ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int AS timeline FROM pg_control_system()`;

/** The present epoch; its row is made on first use. Fails on a standby, whose log is another server's business. */
export async function presentLogEpoch(connection: DedicatedConnection, epochs: string): Promise<LogEpoch> {
  for (;;) {
    const [row] = await connection.query({
      text: `SELECT e.epoch, e.system_identifier = s.system_identifier AND e.timeline = s.timeline, s.system_identifier, s.timeline
               FROM (${SERVER}) s CROSS JOIN (SELECT * FROM ${epochs} ORDER BY number DESC LIMIT 1) e`,
    });
    if (row) {
      const [epoch, same, systemIdentifier, timeline] = row;
      const strangeServer =
        same === 't' ? undefined : `server ${systemIdentifier} timeline ${timeline}, not adopted yet`;
      return { epoch: epoch!, strangeServer };
    }
    await connection.query({
      text: `INSERT INTO ${epochs} (number, system_identifier, timeline) SELECT 1, * FROM (${SERVER}) s ON CONFLICT DO NOTHING`,
    });
  }
}

export interface RenewLogEpochOptions {
  /** Of no meaning on the bus, which stores no epoch with its positions. */
  readonly adoptCheckpoints: boolean;
  /** Default: the event store's. */
  readonly table?: 'event_store.log_epochs' | 'bus.log_epochs';
}

const ADOPT = 'UPDATE event_store.subscriptions SET log_epoch = renewed.epoch::text FROM renewed RETURNING 1';

/**
 * For operators, after a restore or failover and after comparing the data: begins a new epoch on the server as it is.
 * `adoptCheckpoints` says that the checkpoints stored in this database fit its logs, so that subscriptions go on where they are;
 * without it they stay stopped until each is reset. Restart the services afterwards.
 *
 * With `table: 'bus.log_epochs'` it is the bus database's: its groups' positions were restored together with its messages and go on
 * where they are. What the restore has lost of it the relays publish again once their checkpoints are reset; inboxes drop the copies.
 */
export async function renewLogEpoch(
  database: Pick<PostgresDatabase, 'query'>,
  { adoptCheckpoints, table = 'event_store.log_epochs' }: RenewLogEpochOptions,
): Promise<{ epoch: string; adopted: number }> {
  const { rows } = await database.query<{ epoch: string; adopted: number }>({
    text: `WITH renewed AS (
       INSERT INTO ${table} (number, system_identifier, timeline)
       SELECT (SELECT coalesce(max(number), 0) + 1 FROM ${table}), s.* FROM (${SERVER}) s
       RETURNING epoch
     ), adopted AS (${adoptCheckpoints && table !== 'bus.log_epochs' ? ADOPT : 'SELECT WHERE false'})
     SELECT epoch::text, (SELECT count(*)::int FROM adopted) AS adopted FROM renewed`,
  });
  return rows[0]!;
}
