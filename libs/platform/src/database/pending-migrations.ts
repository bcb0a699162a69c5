// Which migrations of this build the database has not seen: asked before a service starts, and by its readiness as long as it runs.
import type { DataSource } from 'typeorm';
import { MIGRATIONS_TABLE } from './data-source.js';

export type Ask = <R extends Record<string, unknown>>(sql: string) => Promise<readonly R[]>;

/** Names, in their order. Reads only: TypeORM's own check creates its table, which the app role may not. */
export async function pendingOf({ migrations }: Pick<DataSource, 'migrations'>, ask: Ask): Promise<string[]> {
  const known = migrations.map(({ name, constructor }) => name ?? constructor.name);
  const [table] = await ask<{ found: boolean }>(`SELECT to_regclass('${MIGRATIONS_TABLE}') IS NOT NULL AS found`);
  if (!table?.found) return known;
  const applied = await ask<{ name: string }>(`SELECT name FROM ${MIGRATIONS_TABLE}`);
  const names = new Set(applied.map(({ name }) => name));
  return known.filter((name) => !names.has(name));
}
