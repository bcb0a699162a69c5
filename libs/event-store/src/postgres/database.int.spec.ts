import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import { eventually } from '../../../../test/support/eventually.js';
import { openTestStore, type TestStore } from '../../../../test/support/event-store-database.js';
import { ConfigurationError, UnavailableError } from '../core/index.js';
import { appendTo, newStream } from '../testing/event-store.support.js';
import { dataSourceConnection } from './connection-options.js';
import { PostgresDatabase } from './database.js';
import { eventStoreMigrations } from './migrations/index.js';

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

  it('says unavailable for a server that is not there, and for one that has no connection left', async () => {
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

  describe('checkServer', () => {
    it('accepts a sound server, and warns where prepared transactions are possible', async () => {
      const [{ max }] = (await opened.dataSource.query(
        `SELECT current_setting('max_prepared_transactions')::int AS max`,
      )) as [{ max: number }];
      const warnings = await opened.database.checkServer();
      expect(warnings.map(({ setting }) => setting)).toEqual(max > 0 ? ['max_prepared_transactions'] : []);
    });

    it('refuses a sequence behind its table, and gives the statement that mends it', async () => {
      const behind = await openTestStore();
      for (const stream of [newStream(), newStream()]) await behind.store.append(appendTo(stream));
      await behind.dataSource.query(`SELECT setval(pg_get_serial_sequence('event_store.events', 'position'), 1)`);
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

  describe('the first migration', () => {
    it('can be reverted as long as there is no event, and never after', async () => {
      const { url, dataSource, store, close } = await openTestStore();
      const again = new DataSource({
        ...dataSourceConnection({ url, applicationName: 'migrate' }),
        migrations: eventStoreMigrations,
      });
      await again.initialize();
      await again.undoLastMigration();
      await again.runMigrations();
      await store.append(appendTo(newStream()));
      await expect(again.undoLastMigration()).rejects.toThrow('would delete every event');
      expect(await dataSource.query('SELECT count(*)::int AS events FROM event_store.events')).toEqual([{ events: 1 }]);
      await again.destroy();
      await close();
    });
  });
});
