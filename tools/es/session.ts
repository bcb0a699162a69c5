// Opens the contexts a command is about, hands them to it, and closes them whatever happens.
import { openContext, placeOf, type OpenContext } from '../../libs/event-store/src/postgres/operations/index.js';
import { MIGRATIONS_TABLE, migrationsOf, storeMigrations } from './contexts.js';
import { findTargets, type Power, type Target, type Where } from './databases.js';
import { EsError, reasonOf } from './errors.js';
import type { Io } from './io.js';

export async function open({ context: name, url, keysUrl }: Target): Promise<OpenContext> {
  const migrations = { names: await migrationsOf(name), table: MIGRATIONS_TABLE };
  return openContext({ name, url, migrations, subjectKeysUrl: keysUrl, applicationName: 'es' });
}

/** @throws EsError naming the database that cannot be used, and why. */
export async function withContexts<T>(
  io: Io,
  where: Where,
  work: (contexts: readonly OpenContext[]) => Promise<T>,
  power?: Power,
): Promise<T> {
  const { contexts: targets } = await findTargets(where, io.environment, power);
  const opened = await Promise.allSettled(targets.map(openUsable));
  const contexts = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  try {
    for (const result of opened) if (result.status === 'rejected') throw result.reason;
    return await work(contexts);
  } finally {
    await Promise.all(contexts.map((context) => context.close()));
  }
}

async function openUsable(target: Target): Promise<OpenContext> {
  const where = `${target.context}: the database ${placeOf(target.url)}`;
  const context = await open(target).catch((error: unknown) => {
    throw new EsError(`${where} cannot be reached: ${reasonOf(error)}. Start it, or mend its address.`);
  });
  try {
    const { hasSchema, pending } = await context.facts.server();
    if (!hasSchema) throw new EsError(`${where} has no event store yet. Start ${target.context} once with --migrate.`);
    const lacks = pending.filter((name) => storeMigrations.includes(name));
    if (lacks.length > 0) {
      throw new EsError(`${where} lacks migrations: ${lacks.join(', ')}. Run ${target.context} once with --migrate.`);
    }
    return context;
  } catch (error) {
    await context.close();
    throw error;
  }
}
