// A fresh database with the event store's schema, and the write side on top of it.
import { DataSource } from 'typeorm';
import {
  dataSourceConnection,
  eventStoreMigrations,
  PostgresDatabase,
  PostgresEventStore,
  PostgresUnitOfWork,
  type ConnectionOptions,
} from '../../libs/event-store/src/postgres/index.js';
import { createTestDatabase, type TestDatabase } from './postgres.js';

export interface TestStore {
  readonly url: string;
  readonly database: PostgresDatabase;
  readonly dataSource: DataSource;
  readonly unitOfWork: PostgresUnitOfWork;
  readonly store: PostgresEventStore;
  /** Closes everything and drops the database. */
  close(): Promise<void>;
}

export interface TestStoreOptions extends Partial<
  Pick<ConnectionOptions, 'poolSize' | 'statementTimeoutMs' | 'connectTimeoutMs'>
> {
  readonly onAppended?: () => void;
  /** Default: one on the server of the run. */
  readonly on?: TestDatabase;
  /** Its schema is there already. */
  readonly migrated?: boolean;
}

export async function openTestStore({
  onAppended,
  on,
  migrated = false,
  ...options
}: TestStoreOptions = {}): Promise<TestStore> {
  const { url, drop } = on ?? (await createTestDatabase());
  const connection = { url, applicationName: 'event-store-test', ...options };
  const dataSource = new DataSource({
    ...dataSourceConnection(connection),
    migrations: eventStoreMigrations,
    poolErrorHandler: () => undefined,
  });
  await dataSource.initialize();
  if (!migrated) await dataSource.runMigrations();
  const database = new PostgresDatabase({ ...connection, dataSource });
  return {
    url,
    database,
    dataSource,
    unitOfWork: new PostgresUnitOfWork(database),
    store: new PostgresEventStore({ database, onAppended }),
    async close() {
      await database.close();
      await dataSource.destroy();
      await drop();
    },
  };
}
