// A read model and its rebuild, as rows, for I8.
import type { EntityManager } from 'typeorm';
import { operatedInstance } from '../../nest/operated-projection.js';
import { inShadow, type ShadowOptions } from '../../postgres/operations/index.js';
import { projectionName } from '../../subscriptions/index.js';
import type { ReadModelCopies, ReadModelRow } from '../invariants/index.js';

export interface ShadowRebuildOptions extends Omit<ShadowOptions, 'projection'> {
  /** For people. */
  readonly service: string;
  /** An instance of the class with `@Projection`. */
  readonly projection: object;
}

/** Both as of one moment, while the system works. */
export function shadowRebuild({
  service,
  projection: instance,
  ...options
}: ShadowRebuildOptions): Promise<ReadModelCopies> {
  const projection = operatedInstance(instance);
  return inShadow({ ...options, projection }, async ({ manager, position, tables }) => {
    const live: ReadModelRow[] = [];
    const rebuilt: ReadModelRow[] = [];
    for (const table of tables) {
      live.push(...(await rowsOf(manager, table.live, table)));
      rebuilt.push(...(await rowsOf(manager, table.rebuilt, table)));
    }
    return { service, readModel: projectionName(projection), position, live, rebuilt };
  });
}

/** Every value as PostgreSQL writes it as JSON, so that no parser decides what is equal. */
async function rowsOf(
  db: EntityManager,
  table: string,
  { name, key }: { readonly name: string; readonly key: readonly string[] },
): Promise<ReadModelRow[]> {
  const rows = await db.query<{ columns: Record<string, string | null> }[]>(
    `SELECT (SELECT jsonb_object_agg(f.key, f.value::text) FROM jsonb_each(to_jsonb(t)) AS f) AS columns FROM ${table} AS t`,
  );
  return rows.map(({ columns }) => ({ table: name, key: key.map((column) => columns[column]).join(' '), columns }));
}
