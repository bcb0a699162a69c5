// Makes a read model again from the beginning, beside the one that is served, and leaves no trace in the database.
import type { DataSource, EntityManager } from 'typeorm';
import { EventRegistry, SUBJECT_FORGOTTEN, Transaction, type LogName, type LogRecord } from '../../core/index.js';
import {
  asyncProjection,
  projectionName,
  segmentNames,
  segmentOf,
  splitSegmentName,
  type Projection,
} from '../../subscriptions/index.js';
import { eventsTable, inboundTable, type LogTable } from '../log/log-table.js';

export interface ShadowOptions {
  /** On the service's database, with the entities that the projection writes; its user needs TEMPORARY on that database. */
  readonly dataSource: DataSource;
  readonly projection: Projection & { readonly inline: boolean };
  /** The tables it writes, as its statements name them: without their schema. */
  readonly tables: readonly string[];
  /** Where its events come from, default `events`. */
  readonly log?: Extract<LogName, 'events' | 'inbound'>;
  /** Opens personal fields, where events have some. */
  readonly open?: (records: readonly LogRecord[]) => Promise<readonly LogRecord[]>;
  /** Told now and then how many of the positions up to the checkpoint are behind. */
  readonly progress?: (position: bigint, end: bigint) => void;
}

export interface Shadow {
  readonly manager: EntityManager;
  /** The checkpoint that both copies belong to, the highest one of several segments; for an inline projection, which has none, the last event there is. */
  readonly position: bigint;
  readonly tables: readonly ShadowTable[];
}

/** Two names in SQL, of tables with the same columns. */
export interface ShadowTable {
  readonly name: string;
  readonly live: string;
  readonly rebuilt: string;
  /** Columns of the primary key. */
  readonly key: readonly string[];
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
export async function inShadow<T>(options: ShadowOptions, work: (shadow: Shadow) => Promise<T>): Promise<T> {
  const { dataSource, projection, log = 'events', progress, open = (page) => Promise.resolve(page) } = options;
  const registry = new EventRegistry({ partial: true }).register(...projection.handlers.keys());
  const subscription = asyncProjection({ ...projection, registry, log });
  const readModel = projectionName(projection);
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction('REPEATABLE READ');
    const { manager } = runner;
    await manager.query('SET LOCAL statement_timeout = 0');
    const places = await placesOf(manager, TABLES[log], projection.inline ? undefined : readModel);
    const position = places.reduce((highest, place) => (place > highest ? place : highest), 0n);
    const tables: ShadowTable[] = [];
    for (const table of options.tables) tables.push(await shadowOf(manager, table));
    const transaction = new ShadowTransaction(manager);
    for await (const record of records(manager, TABLES[log], position, readModel, open)) {
      const place =
        record.type === SUBJECT_FORGOTTEN
          ? position
          : (places[places.length > 1 ? segmentOf(record.key, places.length) : 0] ?? 0n);
      if (record.position <= place && subscription.wants(record)) await subscription.handle(record, transaction);
      progress?.(record.position, position);
    }
    return await work({ manager, position, tables });
  } finally {
    if (runner.isTransactionActive) await runner.rollbackTransaction();
    await runner.release();
  }
}

/** The live one is found by the search path, as the projection finds it, before the temporary one hides it. */
async function shadowOf(db: EntityManager, name: string): Promise<ShadowTable> {
  const [found] = await db.query<{ live: string; key: string[] }[]>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS live,
            (SELECT coalesce(array_agg(a.attname::text ORDER BY a.attname), '{}') FROM pg_index i
               JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
              WHERE i.indrelid = c.oid AND i.indisprimary) AS key
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1::text::regclass`,
    [quoted(name)],
  );
  await db.query(`CREATE TEMP TABLE ${quoted(name)} (LIKE ${quoted(name)} INCLUDING ALL) ON COMMIT DROP`);
  return { name, ...found!, rebuilt: `pg_temp.${quoted(name)}` };
}

/** One for each segment, in their order; for an inline projection, which has none, the last event there is. */
async function placesOf(
  db: EntityManager,
  { name: log, table }: LogTable,
  readModel: string | undefined,
): Promise<bigint[]> {
  if (readModel === undefined) {
    const [last] = await db.query<{ position: string }[]>(
      `SELECT coalesce(max(position), 0)::text AS position FROM ${table}`,
    );
    return [BigInt(last!.position)];
  }
  const rows = await db.query<{ name: string; position: string }[]>(
    `SELECT name, position::text FROM event_store.subscriptions WHERE log = $1 AND regexp_replace(name, '/[0-9]+-of-[0-9]+$', '') = $2`,
    [log, readModel],
  );
  const segments = Math.max(1, ...rows.map(({ name }) => splitSegmentName(name).segments));
  return segmentNames(readModel, segments).map((name) => BigInt(rows.find((row) => row.name === name)?.position ?? 0));
}

async function* records(
  db: EntityManager,
  { name, table, columns }: LogTable,
  upTo: bigint,
  readModel: string,
  open: NonNullable<ShadowOptions['open']>,
): AsyncGenerator<LogRecord> {
  const { id, key, version, type, schemaVersion, data, metadata, time } = columns;
  for (let after = 0n; ;) {
    const page = await db.query<(Omit<LogRecord, 'position'> & { position: string })[]>(
      `SELECT position::text, ${id}::text AS id, ${key} AS key, ${version} AS version, ${type} AS type,
              ${schemaVersion} AS "schemaVersion", ${data} AS data, ${metadata} AS metadata, ${time} AS time
         FROM ${table} AS log WHERE position > $1 AND position <= $2
          AND NOT EXISTS (SELECT 1 FROM event_store.parked_messages AS aside
                           WHERE regexp_replace(aside.subscription, '/[0-9]+-of-[0-9]+$', '') = $3 AND aside.log = $4 AND aside.position = log.position)
        ORDER BY log.position LIMIT ${PAGE}`,
      [String(after), String(upTo), readModel, name],
    );
    yield* await open(page.map((record) => ({ ...record, position: BigInt(record.position) })));
    if (page.length < PAGE) return;
    after = BigInt(page.at(-1)!.position);
  }
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
