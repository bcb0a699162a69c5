// The door to PostgreSQL: queries run in the ambient transaction if one is open, else each by itself on a pool of its duty.
import pg, {
  type CustomTypesConfig,
  type QueryArrayConfig,
  type QueryConfig,
  type QueryResult,
  type QueryResultRow,
} from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import type { PoolFigure } from '../../operations/index.js';
import { Connections, createPool, figureOf, type DividedConnections } from './connections.js';
import { checkServer, type ServerWarning } from './server-check.js';
import { LOCK_NOT_AVAILABLE, sqlStateOf, translatedOwn } from './sql-states.js';
import { currentPostgresTransaction } from './transaction.js';

/** Its DataSource is on the same database, see {@link dataSourceConnection}. */
export type PostgresDatabaseOptions = DividedConnections;

/** A statement. With a `name` it is prepared once per connection; a name belongs to one text. */
export interface Query {
  readonly name?: string;
  readonly text: string;
  readonly values?: readonly unknown[];
  /** Rows as arrays of what the server sent, unparsed. */
  readonly asText?: boolean;
}

/** Statements that carry the appends of many callers, under way at a time. */
export const LANES = 2;
const DIVISION_BY_ZERO = '22012';
const LANE_LOCK_TIMEOUT_MS = 100;

export class PostgresDatabase {
  /** The caller's: by it a transaction is known to be one on this database. */
  readonly dataSource: DataSource;
  private readonly connections: Connections;
  private readonly lanes: pg.Pool;

  constructor(options: PostgresDatabaseOptions) {
    this.dataSource = options.dataSource;
    this.connections = new Connections(options);
    this.lanes = createPool({ ...options, poolSize: LANES, lockTimeoutMs: LANE_LOCK_TIMEOUT_MS });
  }

  /**
   * Joins the open unit of work. bigint columns come as BigInt.
   * @throws UnavailableError the database cannot be reached or gave up waiting; the outcome is unknown.
   */
  async query<R extends QueryResultRow>(query: Query): Promise<QueryResult<R>> {
    const transaction = currentPostgresTransaction(this.dataSource);
    if (!transaction) return this.queryOutside(query);
    try {
      return await transaction.query<R>(config(query));
    } catch (error) {
      throw translatedOwn(error);
    }
  }

  /**
   * A statement whose result nobody needs. In a unit of work it goes out with the unit's next one or its COMMIT, and this returns before: where it
   * fails the unit does, with `whenNone` where it came to a {@link requiring}. Outside of a unit it is sent at once.
   * @throws UnavailableError as {@link query}
   */
  async change(query: Query, whenNone?: () => Error): Promise<void> {
    const explain = (error: unknown): unknown =>
      whenNone && sqlStateOf(error) === DIVISION_BY_ZERO ? whenNone() : translatedOwn(error);
    const transaction = currentPostgresTransaction(this.dataSource);
    if (transaction) return transaction.change(config(query), explain);
    await this.queryOutside(query).catch((error: unknown) => Promise.reject(explain(error) as Error));
  }

  /** By itself on the pool, whatever is open: for what must see, or be seen by, the others. @throws UnavailableError */
  async queryOutside<R extends QueryResultRow>(query: Query): Promise<QueryResult<R>> {
    try {
      return await this.connections.pool.query<R>(config(query));
    } catch (error) {
      throw translatedOwn(error);
    }
  }

  /**
   * On one of the connections that many appends share. A wait for a lock, which would keep all of them waiting, soon fails there.
   * @throws UnavailableError as {@link query}; `lock_not_available` of the driver.
   */
  async queryInLane<R extends QueryResultRow>(query: Query): Promise<QueryResult<R>> {
    try {
      return await this.onLane<R>(query);
    } catch (error) {
      throw sqlStateOf(error) === LOCK_NOT_AVAILABLE ? error : translatedOwn(error);
    }
  }

  /** Unlike the pool's own `query` it keeps the connection after an error that is about the statement alone. */
  private async onLane<R extends QueryResultRow>(query: Query): Promise<QueryResult<R>> {
    const client = await this.lanes.connect();
    let broken: Error | undefined;
    try {
      return await client.query<R>(config(query));
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || error.severity !== 'ERROR') broken = error as Error;
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** For a unit of work: of the DataSource whose connections are for the duty of this call. */
  createQueryRunner(): QueryRunner {
    return this.connections.dataSource.createQueryRunner();
  }

  /** How the pools of this process are used, for metrics. */
  pools(): PoolFigure[] {
    return [figureOf('appends', this.lanes), ...this.connections.figures()];
  }

  /** Before serving. @throws ConfigurationError on settings that lose events; returns what an operator should look at. */
  async checkServer(): Promise<ServerWarning[]> {
    await this.connections.open();
    return checkServer(this);
  }

  /** After the last query. The DataSource stays open: it is the caller's. */
  async close(): Promise<void> {
    if (!this.lanes.ended) await this.lanes.end();
    await this.connections.close();
  }
}

/**
 * A statement that fails where it changes another number of rows. The server has to say so: COMMIT may be on its way behind it, and would take effect
 * before anybody here has looked. `rows` is an expression in SQL.
 */
export function requiring(rows: string, text: string): string {
  return `WITH changed AS (${text} RETURNING 1) SELECT 1 / (count(*) = ${rows})::int FROM changed`;
}

function config({ name, text, values, asText }: Query): QueryConfig {
  const statement = { name, text, values: values as unknown[] | undefined };
  if (!asText) return { ...statement, types };
  const asRows: QueryArrayConfig = { ...statement, rowMode: 'array', types: unparsed };
  return asRows;
}

const unparsed: CustomTypesConfig = { getTypeParser: () => (value: unknown) => value };

const INT8 = 20; // type oid of bigint

/** For these queries only: changing pg's global parsers would change user code beside us. */
const types: CustomTypesConfig = {
  getTypeParser: ((oid: number): unknown => (oid === INT8 ? BigInt : pg.types.getTypeParser(oid))) as TypeParsers,
};

type TypeParsers = CustomTypesConfig['getTypeParser'];
