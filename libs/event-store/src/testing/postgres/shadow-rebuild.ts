// Makes a read model again from the beginning, beside the one that is served, for I8. It leaves no trace in the database.
import type { DataSource, EntityManager } from 'typeorm';
import { EventRegistry, Transaction, type LogName, type LogRecord } from '../../core/index.js';
import { projectionDeclaration } from '../../nest/decorators/projection.decorator.js';
import { eventsTable, inboundTable, type LogTable } from '../../postgres/index.js';
import { asyncProjection, projectionName, reactionsOf, type ProjectionHandler } from '../../subscriptions/index.js';
import type { ReadModelCopies, ReadModelRow } from '../invariants/index.js';

export interface ShadowRebuildOptions {
  /** For people. */
  readonly service: string;
  /** On the service's database, with the entities that the projection writes; its user needs TEMPORARY on that database. */
  readonly dataSource: DataSource;
  /** An instance of the class with `@Projection`. */
  readonly projection: object;
  /** The tables it writes, as its statements name them: without their schema. */
  readonly tables: readonly string[];
  /** Where its events come from, default `events`. */
  readonly log?: Extract<LogName, 'events' | 'inbound'>;
}

const TABLES: Readonly<Record<'events' | 'inbound', LogTable>> = { events: eventsTable, inbound: inboundTable };
const PAGE = 500;

class ShadowTransaction extends Transaction {
  constructor(readonly db: EntityManager) {
    super();
  }
}

/**
 * One transaction sees everything as it was at one moment: the rows that are served, the checkpoint they belong to, and the events up to
 * there. Temporary tables hide those of the same name from the projection, which then writes the rebuild; ROLLBACK forgets it. So writers
 * are neither stopped nor noticed, and the system need not be at rest. Records that the projection has set aside are left out, as they are
 * in what is served.
 */
export async function shadowRebuild(options: ShadowRebuildOptions): Promise<ReadModelCopies> {
  const { service, dataSource, tables, log = 'events' } = options;
  const { subscription, readModel, inline } = describe(options);
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction('REPEATABLE READ');
    const { manager } = runner;
    const live: ReadModelRow[] = [];
    for (const table of tables) live.push(...(await rowsOf(manager, table)));
    const position = await positionOf(manager, TABLES[log], inline ? undefined : readModel);
    for (const table of tables) {
      await manager.query(`CREATE TEMP TABLE ${quoted(table)} (LIKE ${quoted(table)} INCLUDING ALL) ON COMMIT DROP`);
    }
    const transaction = new ShadowTransaction(manager);
    for await (const record of records(manager, TABLES[log], position, readModel)) {
      if (subscription.wants(record)) await subscription.handle(record, transaction);
    }
    const rebuilt: ReadModelRow[] = [];
    for (const table of tables) rebuilt.push(...(await rowsOf(manager, table)));
    return { service, readModel, position, live, rebuilt };
  } finally {
    if (runner.isTransactionActive) await runner.rollbackTransaction();
    await runner.release();
  }
}

function describe({ projection, log }: ShadowRebuildOptions) {
  const projectionClass = projection.constructor as new () => object;
  const { name, version, inline = false } = projectionDeclaration(projectionClass);
  const methods = projection as Record<string | symbol, ProjectionHandler>;
  const reactions = reactionsOf(projectionClass);
  const handlers = new Map(
    [...reactions].map(([event, member]): [typeof event, ProjectionHandler] => [
      event,
      (...call) => methods[member]!(...call),
    ]),
  );
  const registry = new EventRegistry().register(...reactions.keys());
  const subscription = asyncProjection({ name, version, handlers, registry, log });
  return { subscription, readModel: projectionName({ name, version }), inline };
}

/** The checkpoint; for an inline projection, which has none, the last event there is. */
async function positionOf(
  db: EntityManager,
  { name, table }: LogTable,
  readModel: string | undefined,
): Promise<bigint> {
  const [row] = await db.query<{ position: string }[]>(
    readModel === undefined
      ? `SELECT coalesce(max(position), 0)::text AS position FROM ${table}`
      : `SELECT position::text FROM event_store.subscriptions WHERE name = $1 AND log = $2`,
    readModel === undefined ? [] : [readModel, name],
  );
  return BigInt(row?.position ?? 0);
}

async function* records(
  db: EntityManager,
  { name, table, columns }: LogTable,
  upTo: bigint,
  readModel: string,
): AsyncGenerator<LogRecord> {
  const { id, key, version, type, schemaVersion, data, metadata, time } = columns;
  for (let after = 0n; ;) {
    const page = await db.query<(Omit<LogRecord, 'position'> & { position: string })[]>(
      `SELECT position::text, ${id}::text AS id, ${key} AS key, ${version} AS version, ${type} AS type,
              ${schemaVersion} AS "schemaVersion", ${data} AS data, ${metadata} AS metadata, ${time} AS time
         FROM ${table} AS log WHERE position > $1 AND position <= $2
          AND NOT EXISTS (SELECT 1 FROM event_store.parked_messages AS aside
                           WHERE aside.subscription = $3 AND aside.log = $4 AND aside.position = log.position)
        ORDER BY log.position LIMIT ${PAGE}`,
      [String(after), String(upTo), readModel, name],
    );
    for (const record of page) yield { ...record, position: BigInt(record.position) };
    if (page.length < PAGE) return;
    after = BigInt(page.at(-1)!.position);
  }
}

/** By the search path, as the projection finds it. Every value as PostgreSQL writes it as JSON, so that no parser decides what is equal. */
async function rowsOf(db: EntityManager, table: string): Promise<ReadModelRow[]> {
  const [primary] = await db.query<{ columns: string[] }[]>(
    `SELECT coalesce(array_agg(a.attname::text ORDER BY a.attname), '{}') AS columns FROM pg_index i
       JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
      WHERE i.indrelid = $1::regclass AND i.indisprimary`,
    [quoted(table)],
  );
  const rows = await db.query<{ columns: Record<string, string | null> }[]>(
    `SELECT (SELECT jsonb_object_agg(f.key, f.value::text) FROM jsonb_each(to_jsonb(t)) AS f) AS columns FROM ${quoted(table)} AS t`,
  );
  return rows.map(({ columns }) => ({ table, key: primary!.columns.map((name) => columns[name]).join(' '), columns }));
}

function quoted(table: string): string {
  return `"${table.replaceAll('"', '""')}"`;
}
