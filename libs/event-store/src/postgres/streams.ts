// Reading one stream.
import type { EventMetadata, ReadStreamOptions, ReplayedEvent, StoredEvent } from '../core/index.js';
import type { PostgresDatabase } from './database.js';
import { readStream as readStatement } from './sql/read-stream.sql.js';
import { replayStream as replayStatement } from './sql/replay-stream.sql.js';
import { streamVersion as versionStatement } from './sql/stream-version.sql.js';
import { currentPostgresTransaction } from './transaction.js';

interface EventRow {
  position: bigint;
  id: string;
  stream: string;
  version: number;
  type: string;
  schema_version: number;
  data: object;
  metadata: EventMetadata;
  occurred_at: Date;
}

const MAX_VERSION = 2_147_483_647;

/**
 * Events in one answer. An event has 1 MiB at most, which the server may write with twice as many characters; of all of them the runtime
 * takes 2^29 in one text.
 */
const REPLAY_PAGE = 250;

export async function readStream(
  database: PostgresDatabase,
  stream: string,
  { fromVersion = 1, toVersion = MAX_VERSION, until }: ReadStreamOptions = {},
): Promise<StoredEvent[]> {
  const values = [stream, Math.min(fromVersion, MAX_VERSION), Math.min(toVersion, MAX_VERSION), until ?? null];
  const { rows } = await database.query<EventRow>({ ...readStatement, values });
  return rows.map(({ schema_version, occurred_at, ...event }) => ({
    ...event,
    schemaVersion: schema_version,
    occurredAt: occurred_at,
  }));
}

export async function* replayStream(
  database: PostgresDatabase,
  stream: string,
  { fromVersion = 1, toVersion = MAX_VERSION, until }: ReadStreamOptions = {},
): AsyncGenerator<readonly ReplayedEvent[]> {
  const inTransaction = currentPostgresTransaction(database.dataSource) !== undefined;
  const last = Math.min(toVersion, MAX_VERSION);
  const pageFrom = (from: number): Promise<ReplayRow[]> =>
    replayPage(database, [stream, from, last, until ?? null, REPLAY_PAGE]);
  for (let page = await pageFrom(Math.min(fromVersion, MAX_VERSION)); ;) {
    const more = page.length === REPLAY_PAGE;
    const from = more ? page.at(-1)![0] + 1 : 0;
    // The server is at the next page while this one is applied; but in a transaction whoever applies it may use the connection.
    const next = more && !inTransaction ? pageFrom(from) : undefined;
    next?.catch(() => undefined); // heard below, unless the reader leaves before
    yield page.map(([version, type, schemaVersion, data]) => ({ version, type, schemaVersion, data }));
    if (!more) return;
    page = await (next ?? pageFrom(from));
  }
}

async function replayPage(database: PostgresDatabase, values: readonly unknown[]): Promise<ReplayRow[]> {
  const { rows } = await database.query<{ json_agg: ReplayRow[] | null }>({ ...replayStatement, values });
  return rows[0]!.json_agg ?? [];
}

type ReplayRow = readonly [version: number, type: string, schemaVersion: number, data: object];

export async function streamVersion(database: PostgresDatabase, stream: string): Promise<number> {
  const { rows } = await database.query<{ version: number }>({ ...versionStatement, values: [stream] });
  return rows[0]!.version;
}
