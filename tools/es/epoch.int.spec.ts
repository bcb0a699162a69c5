// `es epoch renew` as the service's role, on a database that says it comes from another server, as a restored one does.
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../test/support/event-store-database.js';
import { eventually } from '../../test/support/eventually.js';
import { systemClock, systemIds } from '../../libs/event-store/src/core/index.js';
import { dataSourceConnection, eventStoreMigrations, grantRoles } from '../../libs/event-store/src/postgres/index.js';
import { openContext, type OpenContext } from '../../libs/event-store/src/postgres/operations/index.js';
import { LiveTail, silentLogger, SubscriptionRunner } from '../../libs/event-store/src/subscriptions/index.js';
import { createTestDatabase } from '../../test/support/postgres.js';
import { urlOfDatabase, withClient } from '../postgres/databases.js';
import { contextNames, factsOf, MIGRATIONS_TABLE } from './contexts.js';
import { main } from './program.js';

const [context] = contextNames();

describe.skipIf(context === undefined)('es epoch renew', { timeout: 60_000 }, () => {
  let test: TestStore;
  let opened: OpenContext;
  let role: string;
  let runner: SubscriptionRunner | undefined;
  let handled: number[];
  let said: string[];
  const sql = (text: string) => test.dataSource.query<Record<string, unknown>[]>(text);

  beforeEach(async () => {
    const database = await createTestDatabase();
    const migrating = new DataSource({
      ...dataSourceConnection({ url: database.url, applicationName: 'es-test' }),
      migrations: [...eventStoreMigrations, ...(await factsOf(context!)).migrations],
      migrationsTableName: MIGRATIONS_TABLE,
    });
    await migrating.initialize();
    await migrating.runMigrations();
    role = `${new URL(database.url).pathname.slice(1)}_app`;
    await migrating.query(`CREATE ROLE ${role} LOGIN PASSWORD 'only-for-this-test'`);
    await grantRoles((text, values) => migrating.query(text, values), { app: role }, MIGRATIONS_TABLE);
    await migrating.destroy();
    test = await openTestStore({ on: database, migrated: true });
    opened = await openContext({ name: context!, url: test.url, migrations: { names: [], table: MIGRATIONS_TABLE } });
    [handled, said, runner] = [[], [], undefined];
  });
  afterEach(async () => {
    await runner?.stop();
    await opened.close();
    const server = urlOfDatabase(test.url, 'postgres');
    await test.close();
    await withClient(server, (client) => client.query(`DROP ROLE ${role}`));
  });

  const serviceUrl = () => {
    const url = new URL(test.url);
    [url.username, url.password] = [role, 'only-for-this-test'];
    return url.href;
  };
  async function es(...args: string[]) {
    let out = '';
    const hear = (line: string) => void (out += `${line}\n`);
    const look = { width: 400, color: false };
    const environment = { DATABASE_URL: serviceUrl() };
    const { signal } = new AbortController();
    const code = await main([...args, '--context', context!], { out: hear, note: hear, look, environment, signal });
    return { code, out };
  }
  const renew = (...args: string[]) => es('epoch', 'renew', ...args);
  let version = 0;
  const append = async (count: number) => {
    for (let n = 0; n < count; n += 1) {
      version += 1;
      const event = {
        id: randomUUID(),
        type: 'lab.noted',
        schemaVersion: 1,
        data: {},
        metadata: { correlationId: 'c' },
      };
      await test.store.append({ stream: `lab-${version}`, expected: 'no-stream', events: [event] });
    }
  };
  /** A service starts: what it handles and what it says is heard. */
  const start = async () => {
    await runner?.stop();
    const logger = { ...silentLogger, error: (text: string) => void said.push(text) };
    runner = new SubscriptionRunner({
      ...opened,
      definition: {
        name: 'lab',
        log: 'events',
        start: 'beginning',
        delivery: 'concurrent',
        retry: { maxAttempts: 1 },
        wants: () => true,
        handle: ({ position }) => Promise.resolve(void handled.push(Number(position))),
      },
      tail: new LiveTail(opened.logs.events, systemClock),
      clock: systemClock,
      ids: systemIds,
      owner: randomUUID(),
      logger,
      pollMs: 20,
    });
    runner.start();
  };
  const handledAll = (count: number) =>
    eventually(async () => {
      expect(handled).toHaveLength(count);
      const [row] = await sql(`SELECT position FROM event_store.subscriptions WHERE name = 'lab'`);
      expect(Number(row!['position'])).toBe(handled.at(-1));
    });
  const stopped = () => eventually(async () => expect(runner!.status().state).toBe('stopped'));
  const restored = () => sql(`UPDATE event_store.log_epochs SET system_identifier = '7'`);
  const reopened = async () => {
    await runner?.stop();
    runner = undefined;
    await opened.close();
    opened = await openContext({ name: context!, url: test.url, migrations: { names: [], table: MIGRATIONS_TABLE } });
  };
  const recorded = () =>
    sql(`SELECT actor, action, subject, reason, detail, database_user FROM event_store.operations_log`);

  it('lets a stopped subscription go on from where it stands: nothing comes twice, and nothing is left out', async () => {
    await append(5);
    await start();
    await handledAll(5);
    await reopened();
    await append(2);
    await restored();
    await start();
    await stopped();
    expect(said).toEqual([expect.stringContaining('ES-1302')]);
    const doctor = await es('doctor');
    expect(doctor.code).toBe(1);
    expect(doctor.out).toContain(`epoch renew --context ${context} --adopt-checkpoints`);
    await reopened();

    expect(await renew('--adopt-checkpoints')).toMatchObject({
      code: 2,
      out: expect.stringContaining('--reason') as string,
    });
    expect(await renew('--adopt-checkpoints', '--dry-run')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Dry run') as string,
    });
    expect(await sql('SELECT number FROM event_store.log_epochs')).toHaveLength(1);
    expect(await recorded()).toEqual([]);
    const done = await renew('--adopt-checkpoints', '--reason', 'restored, compared', '--actor', 'olga');
    expect(done).toMatchObject({
      code: 0,
      out: expect.stringContaining('1 subscription goes on from where it stands') as string,
    });
    expect(await recorded()).toMatchObject([
      { actor: 'olga', action: 'epoch.renew', subject: `${context}/log-epoch`, reason: 'restored, compared' },
    ]);
    expect((await recorded())[0]).toMatchObject({ database_user: role, detail: { adopted: 1, moved: '' } });

    await start();
    await handledAll(7);
    expect(handled).toEqual([...new Set(handled)].toSorted((a, b) => a - b));
    expect(await renew('--adopt-checkpoints', '--reason', 'again')).toMatchObject({
      code: 0,
      out: expect.stringContaining('nothing is to be done') as string,
    });
    expect(await sql('SELECT number FROM event_store.log_epochs')).toHaveLength(2);
  });

  it('without adoption leaves subscriptions stopped, and adopts them when it is asked again', async () => {
    await append(2);
    await start();
    await handledAll(2);
    await reopened();
    await restored();
    expect((await renew('--reason', 'compared')).out).toContain('stays stopped');
    await append(1);
    await start();
    await stopped();
    expect(handled).toHaveLength(2);
    const doctor = await es('doctor');
    expect(doctor.out).toContain(`epoch renew --context ${context} --adopt-checkpoints`);
    await reopened();
    expect(await renew('--reason', 'and fitting', '--adopt-checkpoints')).toMatchObject({ code: 0 });
    await start();
    await handledAll(3);
  });

  it('lists checkpoints beyond the end of the log, and sets them to it, while nobody appends', async () => {
    await append(3);
    await start();
    await handledAll(3);
    await reopened();
    await sql(`UPDATE event_store.subscriptions SET position = position + 100`);
    await sql(
      `INSERT INTO event_store.discarded_messages VALUES ('lab', 'events', 2, 'a'), ('lab', 'events', 103, 'b')`,
    );
    await restored();
    const listing = /lab is at position 103 of events, which ends at 3: (.*)\.\n/;
    expect(listing.exec((await renew('--dry-run')).out)?.[1]).toBe('it stays stopped');

    const appending = new DataSource(dataSourceConnection({ url: test.url, applicationName: 'es-test' }));
    await appending.initialize();
    const transaction = appending.createQueryRunner();
    await transaction.startTransaction();
    await transaction.query(`LOCK TABLE event_store.events IN ROW EXCLUSIVE MODE`);
    expect(await renew('--adopt-checkpoints', '--reason', 'cut off')).toMatchObject({
      code: 1,
      out: expect.stringContaining('Stop the service first') as string,
    });
    await transaction.rollbackTransaction();
    await transaction.release();
    await appending.destroy();
    expect(await recorded()).toEqual([]);

    const done = await renew('--adopt-checkpoints', '--reason', 'cut off');
    expect([done.code, listing.exec(done.out)?.[1]]).toEqual([0, 'it goes on from there']);
    expect(await recorded()).toMatchObject([{ detail: { adopted: 1, moved: 'lab (events) from 103 to 3' } }]);
    // The log will give 103 to another record.
    expect(await sql('SELECT position FROM event_store.discarded_messages')).toEqual([{ position: '2' }]);
    await append(1);
    await start();
    await handledAll(4);
    expect(handled.at(-1)).toBe(4);
  });
});
