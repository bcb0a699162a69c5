// Reading one stream.
import type { EventMetadata, ReadStreamOptions, ReplayedEvent, StoredEvent } from '../../core/index.js';
import type { PostgresDatabase } from '../connections/database.js';
import { eventVersion as placeStatement } from './event-version.sql.js';
import { readStream as readStatement } from './read-stream.sql.js';
import { replayStream as replayStatement } from './replay-stream.sql.js';
import { streamVersion as versionStatement } from './stream-version.sql.js';
import { currentPostgresTransaction } from '../connections/transaction.js';

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

/** Events of the first page, which may have 1 MiB each. */
const FIRST_PAGE = 250;
/** Characters of the next pages, by what those before had; and their events. */
const PAGE_CHARACTERS = 4 * 1024 * 1024;
const LARGEST_PAGE = 1_000;

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
  const pageFrom = async (from: number, limit: number): Promise<Page> => {
    const values = [stream, from, last, until ?? null, limit];
    return { limit, rows: (await database.query<ReplayRow>({ ...replayStatement, values, asText: true })).rows };
  };
  for (let page = await pageFrom(Math.min(fromVersion, MAX_VERSION), FIRST_PAGE); ;) {
    const { rows, limit } = page;
    const more = rows.length === limit;
    const following = () => pageFrom(Number(rows.at(-1)![0]) + 1, nextLimit(rows));
    // The server is at the next page while this one is applied; but in a transaction whoever applies it may use the connection.
    const next = more && !inTransaction ? following() : undefined;
    next?.catch(() => undefined); // heard below, unless the reader leaves before
    yield rows.map(([version, type, schemaVersion, data]) => ({
      version: Number(version),
      type,
      schemaVersion: Number(schemaVersion),
      data: JSON.parse(data) as object,
    }));
    if (!more) return;
    page = await (next ?? following());
  }
}

type ReplayRow = readonly [version: string, type: string, schemaVersion: string, data: string];

interface Page {
  readonly rows: readonly ReplayRow[];
  readonly limit: number;
}

function nextLimit(rows: readonly ReplayRow[]): number {
  const characters = rows.reduce((sum, [, , , data]) => sum + data.length, 0) / rows.length;
  return Math.max(1, Math.min(LARGEST_PAGE, Math.floor(PAGE_CHARACTERS / characters)));
}

export async function streamVersion(database: PostgresDatabase, stream: string): Promise<number> {
  const { rows } = await database.query<{ version: number }>({ ...versionStatement, values: [stream] });
  return rows[0]!.version;
}

export async function eventVersion(
  database: PostgresDatabase,
  stream: string,
  eventId: string,
): Promise<number | undefined> {
  const { rows } = await database.query<{ version: number }>({ ...placeStatement, values: [eventId, stream] });
  return rows[0]?.version;
}
