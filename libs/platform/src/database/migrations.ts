// The schema is brought up to date where somebody asked for it, and nowhere else: a service does not run on a schema it does not know.
import { setTimeout as sleep } from 'node:timers/promises';
import { failureOf, grantRoles, type DatabaseRoles } from '@app/event-store';
import { DataSource } from 'typeorm';
import { migrationDataSourceOptions, MIGRATIONS_TABLE, type DatabaseOptions } from './data-source.js';
import { pendingOf } from './pending-migrations.js';

/** Any number, the same in every process: replicas that start together migrate one after the other. */
export const MIGRATION_LOCK = 7_462_913_550_118;

const LOCK_NOT_AVAILABLE = '55P03';

export interface PrepareOptions extends DatabaseOptions {
  /** Run what is pending; otherwise pending migrations are refused. */
  readonly migrate: boolean;
  /** Where the URL comes from, for what is said of it; default DATABASE_URL. */
  readonly variable?: string;
  /** Granted to after the migrations; without them nothing is granted. */
  readonly roles?: DatabaseRoles;
  /** How long the database may take to come up, default 30,000. */
  readonly patienceMs?: number;
  /** How long another process may be migrating, default 60,000. */
  readonly lockWaitMs?: number;
  /** Said once when the database is not there yet. */
  readonly onWaiting?: (sentence: string) => void;
}

/**
 * Names of the migrations that were run.
 * @throws PendingMigrationsError there are some, and nobody asked to run them; @throws Error the database cannot be reached.
 */
export async function prepareDatabase(options: PrepareOptions): Promise<string[]> {
  const dataSource = await connect(options);
  try {
    if (!options.migrate) {
      const pending = await pendingOf(dataSource, (sql) => dataSource.query(sql));
      if (pending.length > 0) throw new PendingMigrationsError(pending);
      return [];
    }
    return await migrate(dataSource, options);
  } finally {
    await dataSource.destroy();
  }
}

export class PendingMigrationsError extends Error {
  constructor(readonly pending: readonly string[]) {
    super(
      `The database lacks ${pending.length} migration(s): ${pending.join(', ')}. ` +
        'Run the service once with --migrate, or start it with RUN_MIGRATIONS=true.',
    );
    this.name = 'PendingMigrationsError';
  }
}

async function migrate(dataSource: DataSource, { lockWaitMs = 60_000, roles = {} }: PrepareOptions): Promise<string[]> {
  const lock = dataSource.createQueryRunner();
  try {
    await lock.query(`SET lock_timeout = ${lockWaitMs}`);
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]).catch((cause: unknown) => {
      const { code } = cause as { code?: unknown };
      if (code !== LOCK_NOT_AVAILABLE) throw cause;
      throw new Error(`Another process has been migrating the database for ${lockWaitMs} ms; start again after it.`, {
        cause,
      });
    });
    const ran = await dataSource.runMigrations({ transaction: 'each' });
    await dataSource.transaction((unit) =>
      grantRoles((sql, values) => unit.query(sql, values), roles, MIGRATIONS_TABLE),
    );
    return ran.map(({ name }) => name);
  } finally {
    await lock.query('SELECT pg_advisory_unlock_all()').catch(() => undefined); // the session may be gone, and the lock with it
    await lock.release();
  }
}

async function connect(options: PrepareOptions): Promise<DataSource> {
  const { patienceMs = 30_000, onWaiting } = options;
  const deadline = Date.now() + patienceMs;
  for (let tries = 1; ; tries += 1) {
    try {
      return await new DataSource(migrationDataSourceOptions(options)).initialize();
    } catch (cause) {
      const trouble = troubleWith(options, cause);
      if (!mayPass(cause) || Date.now() >= deadline) throw new Error(`${trouble}.`, { cause });
      if (tries === 1) onWaiting?.(`${trouble}; waiting up to ${patienceMs} ms for it.`);
      await sleep(250);
    }
  }
}

/** A wrong password (class 28) or name (3D) does not mend itself. */
function mayPass(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return failureOf(error) === 'unavailable' && !/^(28|3D)/.test(String(code));
}

function troubleWith({ url, variable = 'DATABASE_URL' }: PrepareOptions, error: unknown): string {
  const { hostname, port, pathname } = new URL(url);
  const message = error instanceof Error && error.message ? error.message : String((error as { code?: unknown }).code);
  return `${variable}: cannot use ${pathname.slice(1)} on ${hostname}:${port || 5432}: ${message}`;
}
