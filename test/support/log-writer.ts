// Writers and a reader's loop for tests of a settled log: sessions of their own, so that a test decides when each of them commits.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { LogCursor, LogRecord, SettledLog } from '../../libs/event-store/src/core/index.js';

const INSERT = `INSERT INTO event_store.events (id, stream, version, type, schema_version, data, metadata)
  VALUES ($1, $2, 1, 'test.happened', 1, '{}', '{"correlationId":"c"}') RETURNING position`;

export class LogWriter {
  private constructor(
    readonly client: pg.Client,
    readonly pid: number,
  ) {}

  static async connect(url: string): Promise<LogWriter> {
    const client = new pg.Client(url);
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    return new LogWriter(client, rows[0]!.pid);
  }

  /** Inserts one event in the open transaction, or in one of its own. */
  async insert(id: string = randomUUID()): Promise<bigint> {
    const { rows } = await this.client.query<{ position: string }>(INSERT, [id, `test-${randomUUID()}`]);
    return BigInt(rows[0]!.position);
  }

  /** Draws positions without ever writing them. */
  async burn(count: number): Promise<void> {
    await this.client.query(
      `SELECT nextval(pg_get_serial_sequence('event_store.events', 'position')) FROM generate_series(1, $1)`,
      [count],
    );
  }

  async sql(text: string): Promise<void> {
    await this.client.query(text);
  }

  end(): Promise<void> {
    return this.client.end();
  }
}

/** A subscriber that remembers what it saw. */
export class Reader {
  readonly seen: bigint[] = [];
  private cursor: LogCursor | undefined;

  constructor(private readonly log: SettledLog) {}

  async read(limit = 100): Promise<readonly LogRecord[]> {
    this.cursor ??= await this.log.beginning();
    const records = await this.log.read(this.cursor, limit);
    this.seen.push(...records.map(({ position }) => position));
    const { epoch } = this.cursor;
    this.cursor = { epoch, position: records.at(-1)?.position ?? this.cursor.position };
    return records;
  }
}
