import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import { eventually } from '../../../../../test/support/eventually.js';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { ConfigurationError, UnavailableError } from '../../core/index.js';
import { appendTo, deposits, newStream } from '../../testing/contracts/event-store.support.js';
import { dataSourceConnection } from './connection-options.js';
import { PostgresDatabase } from './database.js';
import { eventStoreMigrations } from '../migrations/index.js';
import { PostgresProcessStore } from '../stores/process-store.js';
import { failureOf } from './sql-states.js';
import { PostgresUnitOfWork } from './unit-of-work.js';

describe('PostgresDatabase', () => {
  let opened: TestStore;
  beforeAll(async () => {
    opened = await openTestStore();
  });
  afterAll(() => opened.close());

  it('has durable sessions with time-outs, on its own pool and in units of work', async () => {
    const text = `
      SELECT name, setting FROM pg_settings WHERE name IN ('synchronous_commit', 'default_transaction_isolation',
        'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout') ORDER BY name`;
    const settings = [
      ['default_transaction_isolation', 'read committed'],
      ['idle_in_transaction_session_timeout', '60000'],
      ['lock_timeout', '10000'],
      ['statement_timeout', '30000'],
      ['synchronous_commit', 'on'],
    ].map(([name, setting]) => ({ name, setting }));
    expect((await opened.database.query({ text })).rows).toEqual(settings);
    expect((await opened.unitOfWork.run(() => opened.database.query({ text }))).rows).toEqual(settings);
  });

  it('gives bigint as BigInt, and leaves the parsers of user code alone', async () => {
    const text = `SELECT 9007199254740993::bigint AS position`;
    expect((await opened.database.query({ text })).rows).toEqual([{ position: 9007199254740993n }]);
    expect(await opened.dataSource.query(text)).toEqual([{ position: '9007199254740993' }]);
  });

  it('survives the loss of its idle connections', async () => {
    await opened.database.query({ text: 'SELECT 1' });
    await opened.dataSource.query('SELECT 1');
    await opened.dataSource.query(`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`);
    await eventually(async () => {
      expect((await opened.database.query({ text: 'SELECT 1 AS one' })).rows).toEqual([{ one: 1 }]);
    });
  });

  it('says unavailable for a server that is not there, and for one that has no connection left [32]', async () => {
    const url = new URL(opened.url);
    url.port = '1';
    const away = new PostgresDatabase({ url: url.href, applicationName: 'away', dataSource: opened.dataSource });
    await expect(away.query({ text: 'SELECT 1' })).rejects.toBeInstanceOf(UnavailableError);
    await away.close();
    const { url: there, dataSource } = opened;
    const busy = new PostgresDatabase({
      url: there,
      applicationName: 'busy',
      poolSize: 1,
      connectTimeoutMs: 1_000,
      dataSource,
    });
    const slow = busy.query({ text: 'SELECT pg_sleep(60)' }).catch((error: unknown) => error);
    await expect(busy.query({ text: 'SELECT 1' })).rejects.toBeInstanceOf(UnavailableError);
    await dataSource.query(
      `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'busy' AND datname = current_database()`,
    );
    expect(await slow).toBeInstanceOf(UnavailableError);
    await busy.close();
  });

  it('says unavailable for a statement that ran into its time-out', async () => {
    const { url, dataSource } = opened;
    const hasty = new PostgresDatabase({ url, applicationName: 'hasty', statementTimeoutMs: 50, dataSource });
    await expect(hasty.query({ text: 'SELECT pg_sleep(5)' })).rejects.toBeInstanceOf(UnavailableError);
    await hasty.close();
  });

  it('gives up a connection that does not answer, from the pool, from TypeORM and in a unit of work alike', async () => {
    const doors = await Promise.all(Array.from({ length: 3 }, () => openDoors(opened.url)));
    const [one, other, third] = doors.map(({ database }) => database);
    const silent = 'SELECT pg_sleep(60)';
    const never = 'SET statement_timeout = 0'; // as if the server could not say that it has cancelled the statement
    const outcomes = await Promise.allSettled([
      one!.query({ text: never }).then(() => one!.query({ text: silent })),
      other!.dataSource.query(never).then(() => other!.dataSource.query(silent)),
      new PostgresUnitOfWork(third!).run(({ db }) => db.query(never).then(() => db.query(silent))),
    ]);
    const errors = outcomes.map((outcome) => outcome.status === 'rejected' && (outcome.reason as unknown));
    expect(errors[0]).toBeInstanceOf(UnavailableError);
    expect(failureOf(errors[1])).toBe('unavailable');
    expect(errors[2]).toBeInstanceOf(UnavailableError);
    for (const { database, dataSource } of doors) {
      expect((await database.query({ text: 'SELECT 1 AS one' })).rows).toEqual([{ one: 1 }]);
      expect(await dataSource.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
      await database.close();
      await dataSource.destroy();
    }
  });

  describe('checkServer', () => {
    it('accepts a sound server, and warns where prepared transactions are possible', async () => {
      const [{ max }] = (await opened.dataSource.query(
        `SELECT current_setting('max_prepared_transactions')::int AS max`,
      )) as [{ max: number }];
      const warnings = await opened.database.checkServer();
      expect(warnings.map(({ setting }) => setting)).toEqual(max > 0 ? ['max_prepared_transactions'] : []);
    });

    const inbound = `INSERT INTO event_store.inbound_messages (id, topic, key, type, schema_version, version, data, metadata, content_hash)
      SELECT n, 't', 'k', 'T', 1, 1, '{}', '{}', 'x' FROM generate_series(1, 2) n`;
    const outgoing = `INSERT INTO event_store.outgoing_commands (id, key, type, data, metadata)
      SELECT gen_random_uuid(), 'k', 'T', '{}', '{}' FROM generate_series(1, 2)`;
    it.each<[string, (store: TestStore) => Promise<unknown>]>([
      ['events', ({ store }) => store.append(appendTo(newStream(), { events: deposits(2) }))],
      ['inbound_messages', ({ dataSource }) => dataSource.query(inbound)],
      ['outgoing_commands', ({ dataSource }) => dataSource.query(outgoing)],
    ])('refuses a sequence behind its table %s, and gives the statement that mends it', async (table, write) => {
      const behind = await openTestStore();
      await write(behind);
      await behind.dataSource.query(`SELECT setval(pg_get_serial_sequence('event_store.${table}', 'position'), 1)`);
      const refused = (await behind.database.checkServer().catch((error: unknown) => error)) as Error;
      expect(refused).toBeInstanceOf(ConfigurationError);
      await behind.dataSource.query(/Run: (SELECT .*)\.$/.exec(refused.message)![1]!);
      await behind.database.checkServer();
      await behind.close();
    });

    it('refuses a DataSource on another database, or with sessions of its own making', async () => {
      const other = await openTestStore();
      const careless = new DataSource({
        type: 'postgres',
        url: opened.url,
        extra: { options: '-c synchronous_commit=off' },
      });
      await careless.initialize();
      for (const [dataSource, sentence] of [
        [other.dataSource, 'Give both the same URL'],
        [careless, 'synchronous_commit=off'],
      ] as const) {
        const database = new PostgresDatabase({ url: opened.url, applicationName: 'mixed', dataSource });
        await expect(database.checkServer()).rejects.toThrow(sentence);
        await database.close();
      }
      await careless.destroy();
      await other.close();
    });
  });

  describe('the migrations', () => {
    it('can be reverted as long as there is nothing to lose, and never after', async () => {
      const { url, dataSource, database, store, close } = await openTestStore();
      const again = new DataSource({
        ...dataSourceConnection({ url, applicationName: 'migrate' }),
        migrations: eventStoreMigrations,
      });
      await again.initialize();
      for (const _ of eventStoreMigrations) await again.undoLastMigration();
      await again.runMigrations();
      await store.append(appendTo(newStream()));
      const data = { name: 'deadline' };
      const metadata = { correlationId: 'c' };
      const signal = { process: 'p', id: '1', signalId: randomUUID(), kind: 'timer' as const, data, metadata };
      await new PostgresProcessStore(database).signal(signal);
      // Those after the processes have nothing to lose.
      for (const _ of eventStoreMigrations.slice(2)) await again.undoLastMigration();
      await expect(again.undoLastMigration()).rejects.toThrow('would delete what processes remember');
      await dataSource.query('DELETE FROM event_store.inbound_messages');
      await again.undoLastMigration();
      await expect(again.undoLastMigration()).rejects.toThrow('would delete every event');
      expect(await dataSource.query('SELECT count(*)::int AS events FROM event_store.events')).toEqual([{ events: 1 }]);
      await again.destroy();
      await close();
    });
  });
});

/** One connection behind each door: what stays on it is what the next one gets. */
async function openDoors(url: string): Promise<{ database: PostgresDatabase; dataSource: DataSource }> {
  const connection = { url, applicationName: 'doors', poolSize: 1, statementTimeoutMs: 50 };
  const dataSource = new DataSource(dataSourceConnection(connection));
  await dataSource.initialize();
  return { dataSource, database: new PostgresDatabase({ ...connection, dataSource }) };
}
