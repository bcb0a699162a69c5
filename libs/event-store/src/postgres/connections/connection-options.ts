// How every session of ours talks to PostgreSQL: durable commits, READ COMMITTED, and no wait without an end.
import pg, { type ClientConfig, type PoolConfig, type QueryResult } from 'pg';

export interface ConnectionOptions {
  /** `postgres://user:password@host:port/database`; its own `options` parameter is kept. */
  readonly url: string;
  /** Shown in `pg_stat_activity`; say which service it is. */
  readonly applicationName: string;
  /** Connections at most, default 10. */
  readonly poolSize?: number;
  /** A statement that runs longer is cancelled, default 30,000; 0: never. Where no answer comes 5,000 later the connection is given up. */
  readonly statementTimeoutMs?: number;
  /** A transaction that idles longer loses its connection, default 60,000. It would hold back every reader of the log. */
  readonly idleInTransactionTimeoutMs?: number;
  /** A statement that waits longer for a lock fails, default 10,000. */
  readonly lockTimeoutMs?: number;
  /** Wait for a free or new connection, default 10,000. */
  readonly connectTimeoutMs?: number;
  /** `remote_apply` where a synchronous standby serves queries; default `on`. Weaker settings lose acknowledged events. */
  readonly synchronousCommit?: 'on' | 'remote_apply';
}

/** For a pg.Pool. */
export function poolConfig(options: ConnectionOptions): PoolConfig {
  const { connectionString, ...extra } = sessionConfig(options);
  return { connectionString, max: options.poolSize ?? 10, ...extra };
}

/** For TypeORM: `new DataSource({ ...dataSourceConnection(options), entities, migrations })`. */
export function dataSourceConnection(options: ConnectionOptions) {
  const { connectionString, application_name, connectionTimeoutMillis, ...extra } = sessionConfig(options);
  return {
    type: 'postgres' as const,
    url: connectionString,
    applicationName: application_name,
    poolSize: options.poolSize ?? 10,
    connectTimeoutMS: connectionTimeoutMillis,
    extra,
  };
}

/** What the server is granted to say that it has cancelled a statement, in milliseconds. */
const ANSWER_MS = 5_000;

/** A half-open connection answers nothing, and one that is late would answer the next one's question: it is ended, the pool drops it. */
class Session extends pg.Client {
  constructor(config?: ClientConfig) {
    super(config);
    // An 'error' event that nobody hears ends the process. Whoever takes a new connection from a pool with `await` listens a moment late:
    // the server's farewell may be in the very packet that says it is ready. The next statement then fails, and the pool drops it.
    this.on('error', () => undefined);
  }

  private readonly send = super.query.bind(this) as (...call: unknown[]) => unknown;

  override query = ((...call: unknown[]): unknown => {
    const answer = this.send(...call);
    if (!(answer instanceof Promise)) return answer; // by callback: the pool itself, which drops it after any error
    return (answer as Promise<QueryResult>).catch((error: Error) => {
      if (error.message === 'Query read timeout') void this.end().catch(() => undefined);
      throw error;
    });
  }) as pg.Client['query'];
}

function sessionConfig(options: ConnectionOptions) {
  const url = new URL(options.url);
  const own = url.searchParams.get('options');
  url.searchParams.delete('options'); // pg would let it replace ours
  const statementTimeoutMs = options.statementTimeoutMs ?? 30_000;
  const settings = {
    synchronous_commit: options.synchronousCommit ?? 'on',
    default_transaction_isolation: 'read\\ committed',
    statement_timeout: statementTimeoutMs,
    lock_timeout: options.lockTimeoutMs ?? 10_000,
    idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMs ?? 60_000,
    random_page_cost: 1.1, // solid-state storage: plans made while a table is small keep to its indexes as it grows
    tcp_keepalives_idle: 30, // seconds; finds clients that vanished without a word
    tcp_keepalives_interval: 10,
    tcp_keepalives_count: 3,
  };
  return {
    connectionString: url.toString(),
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 10_000,
    Client: Session,
    query_timeout: statementTimeoutMs > 0 ? statementTimeoutMs + ANSWER_MS : undefined,
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
    options: [own, ...Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`)].filter(Boolean).join(' '),
  };
}
