// How a service reaches its own database, for TypeORM: durable sessions, no schema changes behind anybody's back.
import { dataSourceConnection, eventStoreMigrations } from '@app/event-store';
import type { MigrationInterface } from 'typeorm';

export type MigrationClass = new () => MigrationInterface;

export interface DatabaseOptions {
  readonly url: string;
  /** Shown in `pg_stat_activity`. */
  readonly service: string;
  /** The service's own; those of the event store run first. */
  readonly migrations: readonly MigrationClass[];
  /** Connections at most. */
  readonly poolSize?: number;
  /** A connection was lost while nobody used it. */
  readonly onConnectionLost: (error: Error) => void;
}

export const MIGRATIONS_TABLE = 'schema_migrations';

export function dataSourceOptions({ url, service, migrations, poolSize, onConnectionLost }: DatabaseOptions) {
  return {
    ...dataSourceConnection({ url, applicationName: service, poolSize }),
    synchronize: false,
    migrationsRun: false,
    migrations: [...eventStoreMigrations, ...migrations],
    migrationsTableName: MIGRATIONS_TABLE,
    // Without a listener such an error would end the process.
    poolErrorHandler: onConnectionLost,
  };
}

/** Migrations may take long, and wait for each other: no statement time-out, a minute for a lock. */
export function migrationDataSourceOptions(options: DatabaseOptions) {
  const { extra } = dataSourceConnection({
    url: options.url,
    applicationName: `${options.service} migrations`,
    statementTimeoutMs: 0,
    lockTimeoutMs: 60_000,
    idleInTransactionTimeoutMs: 0,
  });
  return { ...dataSourceOptions(options), extra };
}
