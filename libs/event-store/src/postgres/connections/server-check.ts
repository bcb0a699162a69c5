// Settings of the server under which an acknowledged event could be lost are refused at boot, not found out after a crash.
import { ConfigurationError } from '../../core/index.js';
import { eventsTable, inboundTable, outgoingTable, type LogTable } from '../log/log-table.js';

/** Nothing that stops a boot, but something an operator should look at. */
export interface ServerWarning {
  readonly setting: string;
  readonly message: string;
}

/** Both doors to the server: the library's own pool, and TypeORM's. */
interface Doors {
  queryOutside(query: { text: string }): Promise<{ rows: unknown[] }>;
  readonly dataSource: { query<T>(text: string): Promise<T> };
}

interface Facts {
  fsync: string;
  full_page_writes: string;
  synchronous_commit: string;
  isolation: string;
  max_prepared_transactions: number;
  place: string;
  in_recovery: boolean;
}

const factsQuery = `
SELECT current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes,
  current_setting('synchronous_commit') AS synchronous_commit, current_setting('default_transaction_isolation') AS isolation,
  current_setting('max_prepared_transactions')::int AS max_prepared_transactions, pg_is_in_recovery() AS in_recovery,
  concat(current_database(), ' of ', pg_postmaster_start_time(), ' ', coalesce(inet_server_port(), 0)) AS place`;

/** @throws ConfigurationError with the setting to change. */
export async function checkServer(database: Doors): Promise<ServerWarning[]> {
  const ours = (await database.queryOutside({ text: factsQuery })).rows[0] as Facts;
  const theirs = (await database.dataSource.query<Facts[]>(factsQuery))[0]!;
  if (ours.fsync === 'off' || ours.full_page_writes === 'off') {
    throw new ConfigurationError(
      `PostgreSQL runs with fsync=${ours.fsync}, full_page_writes=${ours.full_page_writes}: a crash would corrupt or lose acknowledged events. Set both to on.`,
    );
  }
  if (ours.in_recovery) throw new ConfigurationError('PostgreSQL is a standby: connect to the primary.');
  if (ours.place !== theirs.place) {
    throw new ConfigurationError(
      `The event store is connected to ${ours.place}, its DataSource to ${theirs.place}. Give both the same URL.`,
    );
  }
  for (const { synchronous_commit, isolation } of [ours, theirs]) {
    if (synchronous_commit !== 'on' && synchronous_commit !== 'remote_apply') {
      throw new ConfigurationError(
        `A session has synchronous_commit=${synchronous_commit}: acknowledged events could be lost. Build the DataSource with dataSourceConnection().`,
      );
    }
    if (isolation !== 'read committed') {
      throw new ConfigurationError(
        `A session has default_transaction_isolation=${isolation}, expected read committed. Build the DataSource with dataSourceConnection().`,
      );
    }
  }
  for (const log of [eventsTable, inboundTable, outgoingTable]) await checkSequence(database, log);
  return ours.max_prepared_transactions > 0
    ? [
        {
          setting: 'max_prepared_transactions',
          message: `max_prepared_transactions is ${ours.max_prepared_transactions}: a forgotten prepared transaction holds back every reader of the log. Set it to 0 unless you need it.`,
        },
      ]
    : [];
}

/** What the present role could do to the history, were it not for the triggers; undefined when it may only add to it. */
export async function powerOverHistory(database: Pick<Doors, 'queryOutside'>): Promise<string | undefined> {
  const { rows } = await database.queryOutside({
    text: `
      SELECT current_user AS role, rolsuper AS super,
             pg_has_role(c.relowner, 'USAGE') AS owner,
             has_table_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE') OR has_table_privilege(c.oid, 'TRUNCATE') AS changes
        FROM pg_roles CROSS JOIN pg_class c WHERE rolname = current_user AND c.oid = '${eventsTable.table}'::regclass`,
  });
  const {
    role,
    super: isSuper,
    owner,
    changes,
  } = rows[0] as Record<'super' | 'owner' | 'changes', boolean> & { role: string };
  if (isSuper) return `Role ${role} is a superuser`;
  if (owner) return `Role ${role} owns the tables of the event store`;
  return changes ? `Role ${role} may change events` : undefined;
}

/** A sequence behind its table (a restore by hand) would hand out positions that are taken. */
async function checkSequence(database: Doors, { table }: LogTable): Promise<void> {
  const { rows } = await database.queryOutside({
    text: `
      SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('${table}', 'position')::regclass), 0) AS last,
        coalesce((SELECT position FROM ${table} ORDER BY position DESC LIMIT 1), 0) AS newest`,
  });
  const { last, newest } = rows[0] as { last: bigint; newest: bigint };
  if (last < newest) {
    throw new ConfigurationError(
      `The sequence of ${table} is at ${last}, its newest row at ${newest}. Run: ` +
        `SELECT setval(pg_get_serial_sequence('${table}', 'position'), ${newest}).`,
    );
  }
}
