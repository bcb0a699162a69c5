// One embedded PostgreSQL per test run, in a temporary folder; TEST_DATABASE_URL names another server instead. And the door to Kafka.
import { readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { isAlive } from '../../tools/postgres/process.js';
import { startPostgres } from '../../tools/postgres/index.js';
import { openKafkaDoor } from './kafka-door.js';
import { makeRunFolder, RUN_FOLDER } from './run-folder.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Connection string of a superuser. Empty when there is no server; `postgresMissing` then says why. */
    postgresUrl: string;
    postgresMissing: string;
    /** Where the run's Kafka is asked for. */
    kafkaDoor: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await sweep();
  const door = await openKafkaDoor((line) => process.stderr.write(`\n${line}\n`));
  project.provide('kafkaDoor', door.url);
  const closePostgres = await setUpPostgres(project);
  return async () => {
    await Promise.all([door.close(), closePostgres()]);
  };
}

async function setUpPostgres(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['TEST_DATABASE_URL'];
  project.provide('postgresMissing', '');
  project.provide('postgresUrl', given ?? '');
  if (given !== undefined) return () => Promise.resolve();

  const folder = await makeRunFolder();
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 5 });
  try {
    const settings = { max_connections: 300, max_prepared_transactions: 10 };
    const server = await startPostgres({ dataDir: join(folder, 'postgres'), settings });
    project.provide('postgresUrl', server.url());
    return async () => {
      await server.stop('immediate');
      await remove();
    };
  } catch (error) {
    // Unit tests need no database; those that do fail with this reason.
    project.provide('postgresMissing', error instanceof Error ? error.message : String(error));
    return remove;
  }
}

/** A run that was killed leaves its server behind; the next run clears it away. */
async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(RUN_FOLDER)) continue;
    const folder = join(tmpdir(), name);
    const runner = Number(await readFile(join(folder, 'runner.pid'), 'utf8').catch(() => Number.NaN));
    if (!(runner > 0) || isAlive(runner)) continue; // a neighbour's run, or one that has only begun
    const postmaster = await readFile(join(folder, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '');
    const pid = Number(postmaster.split('\n')[0]);
    try {
      if (pid > 1 && isAlive(pid)) process.kill(pid, 'SIGQUIT');
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    } catch {
      // Another user's leftovers are not ours to clear.
    }
  }
}
