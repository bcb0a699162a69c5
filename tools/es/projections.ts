// The projections of a context, as its src/projections.ts names them: loaded only by the commands that run one, because Nest comes with it.
import { eventDeclaration, type Class } from '../../libs/event-store/src/core/index.js';
import { withOpenEvents, type OpenRecords } from '../../libs/event-store/src/nest/operated-personal-data.js';
import { operatedProjection } from '../../libs/event-store/src/nest/operated-projection.js';
import type { OperatedContext, OperatedProjection } from '../../libs/event-store/src/operations/index.js';
import { openContext, type OpenContext } from '../../libs/event-store/src/postgres/operations/index.js';
import { keyWrapping } from '../system/master-key.js';
import { factsOf, isKnown, MIGRATIONS_TABLE, migrationsOf } from './contexts.js';
import { findTargets, type Power } from './databases.js';
import { EsError } from './errors.js';
import type { Io } from './io.js';
import type { CommonOptions } from './options.js';
import { withContexts } from './session.js';
import { safe } from './terminal.js';

export interface ProjectionName {
  readonly name: string;
  /** Undefined: the one of this build. */
  readonly version: number | undefined;
}

export interface Chosen {
  readonly context: OpenContext & { readonly openRecords: OpenRecords };
  readonly projection: OperatedProjection;
  readonly inboundTypes: ReadonlySet<string>;
}

export async function projectionsOf(context: string): Promise<readonly OperatedProjection[]> {
  if (!isKnown(context)) return [];
  const file = new URL(`../../apps/${context}/src/projections.ts`, import.meta.url);
  const { projections } = (await import(/* @vite-ignore */ file.href)) as { projections: readonly Class[] };
  return projections.map(operatedProjection);
}

/** Finds the projection among the contexts asked for, and opens that one with its entities. @throws EsError */
export async function withProjection(
  io: Io,
  options: CommonOptions,
  wanted: ProjectionName,
  power: Power,
  work: (chosen: Chosen) => Promise<void>,
): Promise<void> {
  const { contexts } = await findTargets(options, io.environment, power);
  const found: { target: (typeof contexts)[number]; projection: OperatedProjection }[] = [];
  for (const target of contexts) {
    for (const projection of await projectionsOf(target.context))
      if (projection.name === wanted.name) found.push({ target, projection });
  }
  const [only, second] = found.filter(
    ({ projection }) => (wanted.version ?? projection.version) === projection.version,
  );
  if (!only) throw new EsError(absent(wanted, found));
  if (second) throw new EsError(`More than one context has a projection ${wanted.name}. Add --context.`, 2);
  const { target, projection } = only;
  const { consumes } = await factsOf(target.context);
  const inboundTypes = new Set(consumes.flatMap(({ events }) => events.map((event) => eventDeclaration(event)!.type)));
  const one = { ...options, context: target.context };
  await withContexts(io, one, async () => undefined, power); // says what is wrong with the database, if anything is
  const migrations = { names: await migrationsOf(target.context), table: MIGRATIONS_TABLE };
  const entities = (await projectionsOf(target.context)).flatMap(({ tables }) => tables);
  const context = await openContext({
    name: target.context,
    url: target.url,
    migrations,
    subjectKeysUrl: target.keysUrl,
    applicationName: 'es',
    entities,
    subscriptions: projection.segments ?? 1,
  });
  try {
    await work({ context: withOpenEvents(context, keyWrapping(io.environment)), projection, inboundTypes });
  } finally {
    await context.close();
  }
}

/** By what the database knows, for commands that run nothing: also versions that this build has not. @throws EsError */
export async function withVersion(
  io: Io,
  options: CommonOptions,
  wanted: ProjectionName,
  work: (context: OperatedContext, projection: { name: string; version: number }) => Promise<void>,
): Promise<void> {
  await withContexts(io, options, async (contexts) => {
    const found: { context: OperatedContext; name: string; version: number }[] = [];
    for (const context of contexts) {
      const build = (await projectionsOf(context.name)).filter(({ name }) => name === wanted.name);
      const known = (await context.versions.list()).filter(({ name }) => name === wanted.name);
      const version = wanted.version ?? build[0]?.version ?? known.find(({ state }) => state === 'serving')?.version;
      if (version !== undefined && [...known, ...build].some((one) => one.version === version))
        found.push({ context, name: wanted.name, version });
    }
    const [only, second] = found;
    if (!only) throw new EsError(absent(wanted, []));
    if (second) throw new EsError(`More than one context has a projection ${safe(wanted.name)}. Add --context.`, 2);
    await work(only.context, only);
  });
}

function absent({ name, version }: ProjectionName, others: readonly { projection: OperatedProjection }[]): string {
  const which = version === undefined ? name : `${name}@v${version}`;
  const [other] = others;
  if (other) {
    return `This checkout has ${name}@v${other.projection.version}, not ${safe(which)}. Run the command from the build that has it.`;
  }
  return `There is no projection ${safe(which)}. \`projections list\` names those there are.`;
}
