// Finds streams without a table of streams, by index, over a bounded part of the log.
import { EVENTS_PER_LOOK, type StreamDirectory, type StreamsPage, type StreamsQuery } from '../../operations/index.js';
import type { PostgresDatabase } from '../connections/database.js';
import { endOfLook, newestStreams } from './newest-streams.sql.js';

interface StreamRow {
  readonly position: bigint;
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly first_at: Date;
  readonly last_at: Date;
}

const BEYOND = 2n ** 63n - 1n;

export class PostgresStreamDirectory implements StreamDirectory {
  constructor(private readonly database: PostgresDatabase) {}

  async newest({ category, before = BEYOND, limit }: StreamsQuery): Promise<StreamsPage> {
    const prefix = category === undefined ? null : `${category}-`;
    const values = [before, prefix, EVENTS_PER_LOOK, limit];
    const { rows } = await this.database.query<StreamRow>({ ...newestStreams, values });
    const streams = rows.map((row) => ({
      stream: row.stream,
      version: row.version,
      position: row.position,
      firstAt: row.first_at,
      lastAt: row.last_at,
      lastType: row.type,
    }));
    if (streams.length === limit) return { streams, next: streams.at(-1)!.position, cutShort: false };
    const end = await this.database.query<{ position: bigint }>({ ...endOfLook, values: [before, EVENTS_PER_LOOK] });
    const next = end.rows[0]?.position;
    return { streams, next, cutShort: next !== undefined };
  }
}
