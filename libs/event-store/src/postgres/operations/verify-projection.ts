// Compares a read model with its rebuild, row by row, inside the database: only what differs comes out.
import type { Class } from '../../core/index.js';
import { ProjectionRefusedError, type OperatedProjection } from '../../operations/index.js';
import { logsOfEvents, projectionName } from '../../subscriptions/index.js';
import type { OpenContext } from './open-context.js';
import { inShadow, quoted, type Shadow, type ShadowOptions, type ShadowTable } from './shadow.js';

export interface VerifyOptions {
  readonly projection: OperatedProjection;
  /** The types that arrive from other contexts. */
  readonly inboundTypes: ReadonlySet<string>;
  readonly progress?: (position: bigint, end: bigint) => void;
  readonly open?: ShadowOptions['open'];
}

export interface Verified {
  /** `order-summary@v1` */
  readonly readModel: string;
  /** Both copies are as of this position. */
  readonly position: bigint;
  /** Rows served, in all its tables. */
  readonly rows: number;
  /** How many rows differ. */
  readonly differing: number;
  /** At most {@link MOST_DIFFERENCES} of them. Columns are named, never their values: they may hold what people entrusted to us. */
  readonly differences: readonly Difference[];
}

export interface Difference {
  readonly table: string;
  /** Of the primary key, as text. */
  readonly key: string;
  /** `missing`: a rebuild has it; `surplus`: only the one that is served has it. */
  readonly kind: 'missing' | 'surplus' | 'different';
  readonly columns: readonly string[];
}

export const MOST_DIFFERENCES = 100;

/** @throws ProjectionRefusedError when it does not say which tables it writes, or reads two logs, whose order nobody has recorded. */
export async function verifyProjection(
  { dataSource }: Pick<OpenContext, 'dataSource'>,
  { projection, inboundTypes, progress, open }: VerifyOptions,
): Promise<Verified> {
  if (projection.tables.length === 0) {
    throw new ProjectionRefusedError(
      projection,
      'does not say which tables it writes. Name their entities: @Projection(…, { version, tables: [TheEntity] }).',
    );
  }
  const [log, ...others] = logsOfEvents(projection.handlers.keys(), inboundTypes) as ('events' | 'inbound')[];
  if (others.length > 0) {
    throw new ProjectionRefusedError(
      projection,
      'reads own events and messages of other contexts. In which order it met them is recorded nowhere, so there is nothing to compare with.',
    );
  }
  const tables = projection.tables.map((entity) => tableOf(dataSource, entity));
  return inShadow({ dataSource, projection, tables, log, progress, open }, async (shadow) => {
    let [rows, differing] = [0, 0];
    const differences: Difference[] = [];
    for (const table of shadow.tables) {
      const found = await compare(shadow, table);
      rows += found.rows;
      differing += found.differing;
      differences.push(...found.differences);
    }
    const readModel = projectionName(projection);
    return {
      readModel,
      position: shadow.position,
      rows,
      differing,
      differences: differences.slice(0, MOST_DIFFERENCES),
    };
  });
}

function tableOf(dataSource: OpenContext['dataSource'], entity: Class): string {
  return dataSource.getMetadata(entity).tableName;
}

async function compare({ manager }: Shadow, { name, live, rebuilt, key }: ShadowTable) {
  const copy = (table: string) =>
    `(SELECT jsonb_build_array(${key.map(quoted).join(', ')}) AS key, to_jsonb(t) AS columns FROM ${table} AS t)`;
  await manager.query(`ANALYZE ${rebuilt}`);
  const [counted] = await manager.query<{ rows: number }[]>(`SELECT count(*)::int AS rows FROM ${live}`);
  const found = await manager.query<
    { key: unknown[]; kind: Difference['kind']; columns: string[]; differing: number }[]
  >(
    `SELECT coalesce(l.key, r.key) AS key, count(*) OVER ()::int AS differing,
            CASE WHEN l.key IS NULL THEN 'missing' WHEN r.key IS NULL THEN 'surplus' ELSE 'different' END AS kind,
            CASE WHEN l.key IS NULL OR r.key IS NULL THEN '{}'
                 ELSE ARRAY(SELECT k FROM jsonb_object_keys(l.columns || r.columns) AS k
                             WHERE l.columns -> k IS DISTINCT FROM r.columns -> k ORDER BY k) END AS columns
       FROM ${copy(live)} AS l FULL JOIN ${copy(rebuilt)} AS r ON l.key = r.key
      WHERE l.columns IS DISTINCT FROM r.columns ORDER BY 1 LIMIT ${MOST_DIFFERENCES}`,
  );
  const differences = found.map(({ key: values, kind, columns }): Difference => {
    return { table: name, key: values.map(String).join(' '), kind, columns };
  });
  return { rows: counted!.rows, differing: found[0]?.differing ?? 0, differences };
}
