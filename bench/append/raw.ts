// The measure: one prepared INSERT through the same driver into a table with the same columns and indexes, which checks and promises nothing.
import pg from 'pg';
import type { EventToAppend } from '../../libs/event-store/src/core/index.js';
import type { Opened } from './opened.js';

const COLUMNS = 'id, stream, version, type, schema_version, data, metadata';
const WIDTH = 7;

/** `connections`: as many as there are appends in flight, up to 32; more were slower on every machine tried. */
export async function openRaw(url: string, connections: number): Promise<Opened> {
  const pool = new pg.Pool({ connectionString: url, max: Math.min(connections, 32) });
  await pool.query('CREATE TABLE IF NOT EXISTS raw_events (LIKE event_store.events INCLUDING ALL)');
  return {
    append: (stream, before, events) => pool.query(insert(stream, before, events)),
    close: () => pool.end(),
  };
}

function insert(stream: string, before: number, events: readonly EventToAppend[]): pg.QueryConfig {
  const rows = events.map(
    (_, row) => `(${Array.from({ length: WIDTH }, (__, n) => `$${row * WIDTH + n + 1}`).join(', ')})`,
  );
  return {
    name: `insert ${events.length}`,
    text: `INSERT INTO raw_events (${COLUMNS}) VALUES ${rows.join(', ')} RETURNING position`,
    values: events.flatMap(({ id, type, schemaVersion, data, metadata }, index) => [
      id,
      stream,
      before + index + 1,
      type,
      schemaVersion,
      data,
      metadata,
    ]),
  };
}
