// The starter's event store as a service has it (appends signal the other processes), on a database of its own.
import { DataSource } from 'typeorm';
import {
  dataSourceConnection,
  eventStoreMigrations,
  PostgresDatabase,
  PostgresEventStore,
  Waking,
} from '../../libs/event-store/src/postgres/index.js';
import type { EmbeddedPostgres } from '../../tools/postgres/index.js';

export interface StoreOfBench {
  readonly url: string;
  readonly dataSource: DataSource;
  readonly database: PostgresDatabase;
  readonly store: PostgresEventStore;
  close(): Promise<void>;
}

export async function openStore(server: EmbeddedPostgres, name: string): Promise<StoreOfBench> {
  await server.createDatabase(name);
  const connection = { url: server.url(name), applicationName: 'bench' };
  const dataSource = new DataSource({
    ...dataSourceConnection(connection),
    migrations: eventStoreMigrations,
    poolErrorHandler: () => undefined,
  });
  await dataSource.initialize();
  await dataSource.runMigrations();
  const database = new PostgresDatabase({ ...connection, dataSource });
  const waking = new Waking({ connection });
  const store = new PostgresEventStore({ database, onAppended: () => waking.signal('events') });
  return {
    url: connection.url,
    dataSource,
    database,
    store,
    async close() {
      await waking.close();
      await database.close();
      await dataSource.destroy();
    },
  };
}
