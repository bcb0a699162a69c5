// A fresh database with the event store's schema, and the write side on top of it.
import { DataSource } from 'typeorm';
import {
  dataSourceConnection,
  eventStoreMigrations,
  PostgresDatabase,
  PostgresEventStore,
  PostgresUnitOfWork,
} from '../../libs/event-store/src/postgres/index.js';
import { createTestDatabase } from './postgres.js';

export interface TestStore {
  readonly url: string;
  readonly database: PostgresDatabase;
  readonly dataSource: DataSource;
  readonly unitOfWork: PostgresUnitOfWork;
  readonly store: PostgresEventStore;
  /** Closes everything and drops the database. */
  close(): Promise<void>;
}

export async function openTestStore({
  poolSize = 10,
  onAppended,
}: { poolSize?: number; onAppended?: () => void } = {}): Promise<TestStore> {
  const { url, drop } = await createTestDatabase();
  const connection = { url, applicationName: 'event-store-test', poolSize };
  const dataSource = new DataSource({
    ...dataSourceConnection(connection),
    migrations: eventStoreMigrations,
    poolErrorHandler: () => undefined,
  });
  await dataSource.initialize();
  await dataSource.runMigrations();
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
