// One PostgreSQL database for both sides of the example: the event store's tables, SQL for the rows, and a clock that can be set.
import { AggregateStore, EventRegistry, aggregateEvents, systemClock, systemIds } from '@app/event-store/core';
import {
  dataSourceConnection,
  eventStoreMigrations,
  PostgresDatabase,
  PostgresEventStore,
} from '@app/event-store/postgres';
import { DataSource } from 'typeorm';
import { Product } from '../product.js';

export type Sql = (text: string, values?: readonly unknown[]) => Promise<unknown>;

export interface CatalogDatabase {
  readonly sql: Sql;
  readonly products: AggregateStore<Product>;
  /** What time it is for the event store from now on. */
  setTime(time: Date): Promise<void>;
  close(): Promise<void>;
}

/** The store takes the time of an event from the database; here from a table, so that a year passes at once. */
const SETTABLE_CLOCK = `
CREATE SCHEMA example;
CREATE TABLE example.clock AS SELECT clock_timestamp() AS time;
CREATE FUNCTION example.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT time FROM example.clock';
ALTER TABLE event_store.events ALTER COLUMN occurred_at SET DEFAULT example.now()`;

export async function openDatabase(url: string): Promise<CatalogDatabase> {
  const connection = { url, applicationName: 'example-catalog' };
  const dataSource = new DataSource({
    ...dataSourceConnection(connection),
    migrations: eventStoreMigrations,
    poolErrorHandler: () => undefined, // a connection that is cut while idle is replaced
  });
  await dataSource.initialize();
  await dataSource.runMigrations();
  await dataSource.query(SETTABLE_CLOCK);
  const database = new PostgresDatabase({ ...connection, dataSource });
  const registry = new EventRegistry().register(...aggregateEvents(Product));
  const events = new PostgresEventStore({ database });
  return {
    sql: (text, values = []) => dataSource.query(text, [...values]),
    products: new AggregateStore(Product, { events, registry, clock: systemClock, ids: systemIds }),
    setTime: async (time) => void (await dataSource.query('UPDATE example.clock SET time = $1', [time])),
    async close() {
      await database.close();
      await dataSource.destroy();
    },
  };
}
