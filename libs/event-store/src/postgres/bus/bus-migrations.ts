// Brings the bus's schema up to date. Several services may start at once: one of them does it, the others wait and find it done.
import type { ClientBase } from 'pg';
import { busMigrations } from './bus-schema.sql.js';

/** Any number, as long as it stays the same. */
const LOCK = 7_263_001;

export async function migrateBus(client: ClientBase): Promise<void> {
  if ((await pending(client)).length === 0) return; // the usual case needs no right to change the schema
  await client.query('BEGIN');
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    await client.query('CREATE SCHEMA IF NOT EXISTS bus');
    await client.query(
      'CREATE TABLE IF NOT EXISTS bus.migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
    );
    for (const { name, statements } of await pending(client)) {
      for (const statement of statements) await client.query(statement);
      await client.query('INSERT INTO bus.migrations (name) VALUES ($1)', [name]);
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function pending(client: ClientBase) {
  const { rows: found } = await client.query<{ there: boolean }>(
    `SELECT to_regclass('bus.migrations') IS NOT NULL AS there`,
  );
  if (!found[0]!.there) return busMigrations;
  const { rows } = await client.query<{ name: string }>('SELECT name FROM bus.migrations');
  const applied = new Set(rows.map(({ name }) => name));
  return busMigrations.filter(({ name }) => !applied.has(name));
}
