// The connection to the bus database: its schema is there before the first statement, and an outage is an UnavailableError, never a crash.
import pg, { type QueryResultRow } from 'pg';
import { UnavailableError } from '../../core/index.js';
import { poolConfig, type ConnectionOptions } from '../connection-options.js';
import { failureOf } from '../sql-states.js';
import { migrateBus } from './bus-migrations.js';

export class BusDatabase {
  private readonly pool: pg.Pool;
  private ready: Promise<void> | undefined;
  private trouble: string | undefined = 'The message bus has not been reached yet.';

  constructor(options: ConnectionOptions) {
    // A half-open connection answers nothing, not even an error: the driver gives up on it.
    this.pool = new pg.Pool({ ...poolConfig({ poolSize: 5, ...options }), query_timeout: 35_000 });
    this.pool.on('error', () => undefined); // without a listener an idle connection that is cut ends the process
  }

  /** What is wrong, in a sentence; undefined while statements go through. */
  get failure(): string | undefined {
    return this.trouble;
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

  /** All statements here are single ones and safe to repeat, so a lost race is nothing but a reason to try again. */
  private explain(error: unknown): unknown {
    const failure = failureOf(error);
    const unavailable = error instanceof UnavailableError ? error : new UnavailableError('The message bus', error);
    if (unavailable !== error && (failure === undefined || failure === 'conflict')) return error;
    this.trouble = unavailable.message;
    return unavailable;
  }
}
