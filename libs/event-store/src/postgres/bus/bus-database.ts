// The connection to the bus database: its schema is there before the first statement, and an outage is an UnavailableError, never a crash.
import pg, { type QueryResultRow } from 'pg';
import { UnavailableError } from '../../core/index.js';
import type { PoolFigure } from '../../operations/index.js';
import { poolConfig, type ConnectionOptions } from '../connections/connection-options.js';
import { figureOf } from '../connections/connections.js';
import { failureOf, sqlStateOf } from '../connections/sql-states.js';
import { migrateBus } from './bus-migrations.js';

/** Data exceptions, violated constraints, exceeded limits: said against one message. All else is said against the bus. */
const ABOUT_A_MESSAGE = /^(22|23|54)/;

/** undefined_table, invalid_schema_name */
const SCHEMA_GONE: readonly unknown[] = ['42P01', '3F000'];

export class BusDatabase {
  private readonly pool: pg.Pool;
  private ready: Promise<void> | undefined;
  private trouble: string | undefined = 'The message bus has not been reached yet.';

  constructor(options: ConnectionOptions) {
    this.pool = new pg.Pool(poolConfig({ poolSize: 5, ...options }));
    this.pool.on('error', () => undefined); // without a listener an idle connection that is cut ends the process
  }

  /** What is wrong, in a sentence; undefined while statements go through. */
  get failure(): string | undefined {
    return this.trouble;
  }

  /** How its pool is used, for metrics. */
  pools(): PoolFigure[] {
    return [figureOf('bus', this.pool)];
  }

  /** bigint columns come as text. @throws UnavailableError */
  async query<R extends QueryResultRow>(name: string, text: string, values: readonly unknown[] = []): Promise<R[]> {
    try {
      await this.migrated();
      const { rows } = await this.pool.query<R>({ name: `bus ${name}`, text, values: [...values] });
      this.trouble = undefined;
      return rows;
    } catch (error) {
      throw this.explain(error);
    }
  }

  async close(): Promise<void> {
    await this.ready?.catch(() => undefined);
    if (!this.pool.ended) await this.pool.end();
  }

  private migrated(): Promise<void> {
    this.ready ??= this.migrate().catch((error: unknown) => {
      this.ready = undefined; // the next statement tries again
      throw error;
    });
    return this.ready;
  }

  private async migrate(): Promise<void> {
    const client = await this.pool.connect().catch((error: unknown) => {
      throw new UnavailableError('The message bus', error); // also while the database itself is still to be created
    });
    let broken: Error | undefined;
    try {
      await migrateBus(client);
    } catch (error) {
      broken = error as Error;
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** All statements here are our own, single ones and safe to repeat: what is not about a message is a reason to wait and try again. */
  private explain(error: unknown): unknown {
    const state = sqlStateOf(error);
    if (error instanceof pg.DatabaseError ? ABOUT_A_MESSAGE.test(state ?? '') : !isUnavailable(error)) return error;
    if (SCHEMA_GONE.includes(state)) this.ready = undefined; // the bus was emptied under us: it is made again
    const unavailable = error instanceof UnavailableError ? error : new UnavailableError('The message bus', error);
    this.trouble = unavailable.message;
    return unavailable;
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof UnavailableError || failureOf(error) === 'unavailable';
}
