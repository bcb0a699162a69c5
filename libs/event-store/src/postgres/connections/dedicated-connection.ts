// A connection with one purpose, outside the pool and any unit of work: what it sees and waits for is nobody else's business.
import pg from 'pg';
import { EventStoreError, outsideTransaction, UnavailableError } from '../../core/index.js';
import { type ConnectionOptions, poolConfig } from './connection-options.js';

/** A row as the server sent it: text, parsed by whoever knows the column. */
export type TextRow = readonly (string | null)[];

export interface Statement {
  /** Prepared under this name once per connection. */
  readonly name?: string;
  readonly text: string;
  readonly values?: readonly (string | number | bigint | null)[];
}

const asText: pg.CustomTypesConfig = { getTypeParser: () => (value: unknown) => value };

export class DedicatedConnection {
  private failed: Error | undefined;
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly client: pg.Client,
    private readonly what: string,
  ) {}

  /** `what` names the purpose, in errors and in pg_stat_activity. @throws UnavailableError */
  static async open(options: ConnectionOptions, what: string, answerMs = 15_000): Promise<DedicatedConnection> {
    const client = new pg.Client({
      ...poolConfig(options),
      query_timeout: answerMs, // a half-open connection answers nothing, not even an error
      application_name: `${options.applicationName} ${what}`,
    });
    const connection = new DedicatedConnection(client, what);
    client.on('error', (error) => (connection.failed ??= error)); // without a listener an idle connection that is cut ends the process
    client.on('end', () => (connection.failed ??= new Error('the connection has ended')));
    try {
      await outsideTransaction(() => client.connect());
    } catch (error) {
      void client.end().catch(() => undefined);
      throw new UnavailableError(what, error);
    }
    return connection;
  }

  /** The error that ended it, if one did. Then nothing works any more: open another. */
  get failure(): Error | undefined {
    return this.failed;
  }

  /** One after the other, in the order they were asked for. @throws UnavailableError on anything but a fault in the statement itself. */
  query(statement: Statement): Promise<TextRow[]> {
    const rows = this.last.then(() => this.run(statement));
    this.last = rows.catch(() => undefined);
    return rows;
  }

  private async run(statement: Statement): Promise<TextRow[]> {
    try {
      const { rows } = await this.client.query<(string | null)[]>({
        ...statement,
        values: statement.values?.map((value) => (typeof value === 'bigint' ? String(value) : value)),
        rowMode: 'array',
        types: asText,
      });
      return rows;
    } catch (error) {
      throw this.explain(error);
    }
  }

  onNotification(callback: (channel: string, payload: string, pid: number) => void): void {
    this.client.on('notification', ({ channel, payload, processId }) => callback(channel, payload ?? '', processId));
  }

  onEnd(callback: () => void): void {
    this.client.once('error', callback);
    this.client.once('end', callback);
  }

  /** Never rejects; safe to repeat. */
  async close(): Promise<void> {
    this.failed ??= new Error('the connection was closed');
    await this.client.end().catch(() => undefined);
  }

  private explain(error: unknown): Error {
    if (error instanceof EventStoreError) return error;
    const code = (error as { code?: unknown }).code;
    // Classes 22, 23 and 42 of the SQLSTATEs: data, constraints, names and privileges. Waiting would not mend them.
    if (error instanceof pg.DatabaseError && typeof code === 'string' && /^(22|23|42)/.test(code)) return error;
    return new UnavailableError(this.what, error);
  }
}
