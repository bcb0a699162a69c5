// `es projections` on a real database of a context: what it says, its JSON, its exit codes, and that it changes what it says.
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/support/postgres.js';
import { dataSourceConnection, eventStoreMigrations, grantRoles } from '../../libs/event-store/src/postgres/index.js';
import { urlOfDatabase, withClient } from '../postgres/databases.js';
import { contextNames, factsOf, MIGRATIONS_TABLE } from './contexts.js';
import { main } from './program.js';
import { lineOf, BuildProgress } from './build-progress.js';
import { projectionsOf } from './projections.js';

const [context] = contextNames();
const [known] = context === undefined ? [] : await projectionsOf(context);

describe.skipIf(known === undefined)('es projections', { timeout: 60_000 }, () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  const name = known?.name ?? '';
  const version = `${name}@v${known?.version}`;
  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = new DataSource({
      ...dataSourceConnection({ url: database.url, applicationName: 'es-test' }),
      migrations: [...eventStoreMigrations, ...(await factsOf(context!)).migrations],
      migrationsTableName: MIGRATIONS_TABLE,
    });
    await dataSource.initialize();
    await dataSource.runMigrations();
    await dataSource.query(`CREATE ROLE ${role()} LOGIN PASSWORD 'only-for-this-test'`);
    await grantRoles((sql, values) => dataSource.query(sql, values), { operator: role() }, MIGRATIONS_TABLE);
  }, 60_000);
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
    await withClient(urlOfDatabase(database.url, 'postgres'), (client) => client.query(`DROP ROLE ${role()}`));
  });
  const role = () => `${new URL(database.url).pathname.slice(1)}_operator`;
  const operatorUrl = () => {
    const url = new URL(database.url);
    [url.username, url.password] = [role(), 'only-for-this-test'];
    return url.href;
  };

  async function es(...args: string[]) {
    const said = { out: '', err: '' };
    const code = await main(['projections', ...args, '--context', context!], {
      out: (line) => (said.out += `${line}\n`),
      note: (line) => (said.err += `${line}\n`),
      look: { width: 160, color: false },
      // Only what needs more than an operator's role takes the other.
      environment: { OPERATOR_DATABASE_URL: operatorUrl(), DATABASE_URL: database.url },
      signal: new AbortController().signal,
    });
    return { code, ...said };
  }
  const json = ({ out }: { out: string }) => JSON.parse(out) as Record<string, unknown>;

  it('lists what this build has before anything has run, and builds it', async () => {
    expect((await es('list')).out).toMatch(new RegExp(`${version} +new`));
    expect(await es('rebuild', name)).toMatchObject({ code: 2, err: expect.stringContaining('--reason') as string });
    expect((await es('rebuild', name, '--dry-run')).out).toBe(
      `Dry run, nothing is changed: ${version} is new: it would read the events from position 0 to 0, and serve.\n`,
    );
    expect((await es('list')).out).toMatch(new RegExp(`${version} +new`));
    const built = await es('rebuild', name, '--reason', 'a new form', '--json');
    expect(built.code).toBe(0);
    expect(json(built)).toMatchObject({ projection: version, outcome: 'switched', handled: 0 });
    expect((await es('list')).out).toMatch(new RegExp(`${version} +serving \\(no service has it yet\\)`));
    expect(json(await es('rebuild', version, '--reason', 'again', '--json'))).toMatchObject({
      outcome: 'serving-already',
    });
    expect(json(await es('rebuild', version, '--dry-run', '--json'))).toMatchObject({ state: 'serving' });
  });

  it('verifies: 0 when all rows are equal, 1 when one is there that no event explains', async () => {
    const equal = await es('verify', name, '--json');
    expect(equal).toMatchObject({ code: 0 });
    expect(json(equal)).toMatchObject({ ok: true, readModel: version, differing: 0 });
    const table = known!.tables[0]!;
    const entities = new DataSource({
      ...dataSourceConnection({ url: database.url, applicationName: 'es-test' }),
      entities: [...known!.tables],
    });
    await entities.initialize();
    const { tableName } = entities.getMetadata(table);
    await entities.destroy();
    const columns: { column: string; type: string }[] = await dataSource.query(
      `SELECT quote_ident(column_name) AS column, udt_name AS type FROM information_schema.columns WHERE table_name = $1 AND is_nullable = 'NO'`,
      [tableName],
    );
    const samples: Record<string, string> = {
      uuid: `gen_random_uuid()`,
      jsonb: `'[]'`,
      timestamptz: 'now()',
      text: `'open'`,
    };
    const values = columns.map(({ type }) => samples[type] ?? '1');
    // Any row will do, whatever the table checks.
    const checks: { name: string }[] = await dataSource.query(
      `SELECT quote_ident(conname) AS name FROM pg_constraint WHERE conrelid = $1::text::regclass AND contype = 'c'`,
      [tableName],
    );
    for (const check of checks) await dataSource.query(`ALTER TABLE ${tableName} DROP CONSTRAINT ${check.name}`);
    const names = columns.map(({ column }) => column).join(', ');
    await dataSource.query(`INSERT INTO ${tableName} (${names}) VALUES (${values.join(', ')})`);
    const unequal = await es('verify', name);
    expect(unequal.code).toBe(1);
    expect(unequal.out).toContain('served; a rebuild does not have it');
    expect(unequal.out).toContain('1 rows differ from what its events give');
    await dataSource.query(`DELETE FROM ${tableName}`);
  });

  it('pauses and resumes with a reason, and shows it', async () => {
    expect(await es('pause', 'nobody')).toMatchObject({
      code: 1,
      err: expect.stringContaining('There is no projection nobody') as string,
    });
    expect(await es('pause', name)).toMatchObject({ code: 2, err: expect.stringContaining('--reason') as string });
    expect((await es('list')).out).not.toContain('is paused');
    expect(await es('pause', name, '--reason', 'a look', '--dry-run')).toMatchObject({ code: 0 });
    expect(await es('pause', name, '--reason', 'a look', '--actor', 'olga')).toMatchObject({
      code: 0,
      out: `${version} is paused at position 0.\n`,
    });
    expect((await es('list')).out).toMatch(new RegExp(`${version} is paused by olga for .*: a look`));
    expect((await es('resume', version, '--reason', 'done')).out).toBe(`${version} is resumed at position 0.\n`);
    expect((await es('resume', version, '--reason', 'done')).out).toBe(
      `${version} was resumed before; nothing is to be done.\n`,
    );
  });

  it('refuses with what, why and the way out', async () => {
    expect(await es('rebuild', name, '--from-scratch', '--reason', 'x')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/ES-1803: .* is serving and cannot be emptied\. .*raise the version/) as string,
    });
    expect(await es('rebuild', 'nobody')).toMatchObject({
      code: 1,
      err: expect.stringContaining('no projection nobody') as string,
    });
    expect(await es('rebuild', `${name}@v99`)).toMatchObject({
      code: 1,
      err: expect.stringContaining('This checkout has') as string,
    });
    expect(await es('rebuild', name, '--cancel', '--stream', 'a-1')).toMatchObject({ code: 2 });
    expect(await es('verify', 'Not a name')).toMatchObject({ code: 2 });
  });
});

describe('progress', () => {
  const step = { what: 'order-summary@v2', position: 41n, end: 100n, percent: 41, perSecond: 10.2, remainingMs: 5_900 };

  it('says how far, how fast and how long', () => {
    expect(lineOf(step)).toBe('order-summary@v2  41 %  position 41 of 100, 10 events/s, about 6 s left');
    expect(lineOf({ ...step, perSecond: undefined, remainingMs: undefined })).toBe(
      'order-summary@v2  41 %  position 41 of 100',
    );
  });

  it('writes over its line on a terminal, and a line every five seconds elsewhere', () => {
    const said: string[] = [];
    let now = 0;
    const terminal = new BuildProgress(
      { note: () => said.push('note'), moving: (line) => said.push(line.slice(0, 13)) },
      () => now,
    );
    for (now = 0; now < 450; now += 100) terminal.step(step);
    terminal.end();
    expect(said).toEqual(['order-summary', 'order-summary', 'order-summary', '']);
    said.length = 0;
    const log = new BuildProgress({ note: () => said.push('note') }, () => now);
    for (now = 0; now < 11_000; now += 1_000) log.step(step);
    log.end();
    expect(said).toEqual(['note', 'note', 'note']);
  });
});
