// Every schema there ever was, as it was then, becomes today's; and today's is what schema.sql says.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../../../../../test/support/postgres.js';
import { schemaText } from '../../testing/postgres/schema-text.js';
import { dataSourceConnection } from '../connections/connection-options.js';
import { eventStoreMigrations } from './index.js';

// UPDATE_SCHEMA=1 writes schema.sql anew and the fixture of a migration that has none. A fixture that is there is never written again.
const update = process.env['UPDATE_SCHEMA'] === '1';
const fixtures = new URL('fixtures/', import.meta.url);
const schemaFile = new URL('schema.sql', import.meta.url);
const MIGRATIONS_TABLE = 'schema_migrations';
const mend = 'UPDATE_SCHEMA=1 npx vitest run libs/event-store/src/postgres/migrations';

const rows = `
INSERT INTO event_store.log_epochs (number, epoch, system_identifier, timeline) VALUES (1, '00000000-0000-4000-8000-0000000000e1', '1', 1);
INSERT INTO event_store.events (id, stream, version, type, schema_version, data, metadata) VALUES
  ('00000000-0000-4000-8000-000000000001', 'order-1', 1, 'order.placed', 1, '{"total": 12345678901234567890.10}', '{"correlationId": "c"}'),
  ('00000000-0000-4000-8000-000000000002', 'order-1', 2, 'order.confirmed', 1, '{}', '{"correlationId": "c"}');
INSERT INTO event_store.subscriptions (name, log, log_epoch, position) VALUES ('summary@v1', 'events', '00000000-0000-4000-8000-0000000000e1', 2);
`;

/** What the migrations up to this one do, as statements. */
async function statementsUpTo(index: number): Promise<string> {
  const statements: string[] = [];
  const runner = {
    query: (sql: string) => Promise.resolve(void statements.push(sql.trim())),
  } as unknown as QueryRunner;
  const done = eventStoreMigrations.slice(0, index + 1);
  for (const migration of done) await (new migration() as MigrationInterface).up(runner);
  statements.push(
    `CREATE TABLE ${MIGRATIONS_TABLE} (id serial PRIMARY KEY, "timestamp" bigint NOT NULL, name varchar NOT NULL)`,
  );
  for (const { name } of done)
    statements.push(`INSERT INTO ${MIGRATIONS_TABLE} ("timestamp", name) VALUES (${name.slice(-13)}, '${name}')`);
  return `${statements.join(';\n')};\n${rows}`;
}

async function withDatabase<T>(work: (dataSource: DataSource) => Promise<T>): Promise<T> {
  const { url, drop } = await createTestDatabase();
  const dataSource = new DataSource({
    ...dataSourceConnection({ url, applicationName: 'upgrade', poolSize: 2 }),
    migrations: eventStoreMigrations,
    migrationsTableName: MIGRATIONS_TABLE,
    poolErrorHandler: () => undefined,
  });
  try {
    await dataSource.initialize();
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
    await drop();
  }
}

const textOf = (dataSource: DataSource) => schemaText((sql, values) => dataSource.query(sql, values), 'event_store');

describe('the schema of the event store', () => {
  it('is what schema.sql says', async () => {
    const text = await withDatabase(async (dataSource) => {
      await dataSource.runMigrations();
      return textOf(dataSource);
    });
    if (update) writeFileSync(schemaFile, text);
    expect(text, `A migration has changed the schema: ${mend}`).toBe(readFileSync(schemaFile, 'utf8'));
  });

  it('has a fixture of its state after every migration', async () => {
    for (const [index, { name }] of eventStoreMigrations.entries()) {
      const file = new URL(`${name.slice(-13)}.sql`, fixtures);
      if (update && !existsSync(file)) writeFileSync(file, await statementsUpTo(index));
    }
    const expected = eventStoreMigrations.map(({ name }) => `${name.slice(-13)}.sql`);
    expect(readdirSync(fixtures).sort(), `A migration has no fixture: ${mend}`).toEqual(expected);
  });

  it.each(eventStoreMigrations.map(({ name }, index) => [name, index] as const))(
    'as it was after %s becomes that of today, and keeps what was in it',
    async (name, index) => {
      await withDatabase(async (dataSource) => {
        await dataSource.query(readFileSync(new URL(`${name.slice(-13)}.sql`, fixtures), 'utf8'));
        const ran = await dataSource.runMigrations();
        expect(ran.map((migration) => migration.name)).toEqual(
          eventStoreMigrations.slice(index + 1).map((one) => one.name),
        );
        expect(await textOf(dataSource)).toBe(readFileSync(schemaFile, 'utf8'));
        const events = await dataSource.query<object[]>(
          `SELECT position, stream, version, data::text FROM event_store.events ORDER BY position`,
        );
        expect(events).toEqual([
          { position: '1', stream: 'order-1', version: 1, data: '{"total": 12345678901234567890.10}' },
          { position: '2', stream: 'order-1', version: 2, data: '{}' },
        ]);
        const [place] = await dataSource.query<{ position: string }[]>(
          'SELECT position FROM event_store.subscriptions',
        );
        expect(place).toEqual({ position: '2' });
      });
    },
  );
});
