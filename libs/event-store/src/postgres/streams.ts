// Reading one stream.
import type { EventMetadata, ReadStreamOptions, StoredEvent } from '../core/index.js';
import type { PostgresDatabase } from './database.js';
import { readStream as readStatement } from './sql/read-stream.sql.js';
import { streamVersion as versionStatement } from './sql/stream-version.sql.js';

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

export async function streamVersion(database: PostgresDatabase, stream: string): Promise<number> {
  const { rows } = await database.query<{ version: number }>({ ...versionStatement, values: [stream] });
  return rows[0]!.version;
}
