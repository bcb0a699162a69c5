// From an empty database to a changed row that is named, with nothing but the command line and a superuser.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openContext, parseSealKeys, type OpenContext } from '../../libs/event-store/src/postgres/operations/index.js';
import {
  PostgresDatabase,
  PostgresEventStore,
  PostgresUnitOfWork,
  dataSourceConnection,
  sealSubscription,
} from '../../libs/event-store/src/postgres/index.js';
import { DataSource } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../test/support/postgres.js';
import { withClient } from '../postgres/databases.js';
import { MIGRATIONS_TABLE, storeMigrations } from './contexts.js';
import { main } from './program.js';

const SEAL_KEY = 'c3'.repeat(32);

describe('es verify', () => {
  let test: TestDatabase;
  let context: OpenContext;
  let name: string;
  let folder: string;
  let dataSource: DataSource;
  let database: PostgresDatabase;

  async function es(args: readonly string[], environment: Record<string, string> = { SEAL_KEY }) {
    const said = { out: [] as string[], err: [] as string[] };
    const code = await main([...args, '--database-url', test.url], {
      out: (line) => said.out.push(line),
      note: (line) => said.err.push(line),
      look: { width: 200, color: false },
      environment,
      signal: new AbortController().signal,
    });
    return { code, out: said.out.join('\n'), err: said.err.join('\n') };
  }

  async function append(count: number): Promise<void> {
    const events = Array.from({ length: count }, (_, n) => ({
      id: randomUUID(),
      type: 'order.placed',
      schemaVersion: 1,
      data: { n, text: 'ä \u001b[31m 😀 \\ " end' },
      metadata: { correlationId: 'test' },
    }));
    await new PostgresEventStore({ database }).append({ stream: 'order-1', expected: 'any', events });
  }

  async function seal(): Promise<void> {
    const { prepare } = sealSubscription({ database, keys: parseSealKeys(SEAL_KEY) });
    const { rows } = await database.query({ text: 'SELECT position FROM event_store.events ORDER BY position' });
    await new PostgresUnitOfWork(database).run((transaction) => prepare!(rows as never, transaction));
  }

  const asSuperuser = (sql: string) =>
    withClient(test.url, (client) =>
      client.query(
        `ALTER TABLE event_store.events DISABLE TRIGGER USER; ALTER TABLE event_store.seals DISABLE TRIGGER USER; ${sql}`,
      ),
    );

  beforeAll(async () => {
    test = await createTestDatabase();
    folder = await mkdtemp(join(tmpdir(), 'anchors-'));
    name = new URL(test.url).pathname.slice(1);
    const connection = { url: test.url, applicationName: 'test' };
    dataSource = new DataSource(dataSourceConnection(connection));
    await dataSource.initialize();
    database = new PostgresDatabase({ ...connection, dataSource });
    context = await openContext({
      name,
      url: test.url,
      migrations: { names: storeMigrations, table: MIGRATIONS_TABLE },
    });
  });

  afterAll(async () => {
    await context.close();
    await database.close();
    await dataSource.destroy();
    await test.drop();
    await rm(folder, { recursive: true });
  });

  it('migrate brings an empty database up to date once, and says what is pending before', async () => {
    const dry = await es(['migrate', '--dry-run', '--json']);
    expect(JSON.parse(dry.out)).toEqual({ contexts: [{ context: name, pending: storeMigrations, ran: [] }] });
    const first = await es(['migrate']);
    expect(first).toMatchObject({ code: 0, err: '' });
    for (const migration of storeMigrations) expect(first.out).toContain(migration);
    expect((await es(['migrate'])).out).toBe(`${name}  The schema is up to date.`);
  });

  it('says so where nothing is sealed', async () => {
    expect(await es(['verify'])).toMatchObject({ code: 0 });
    expect(await es(['seal', 'head'])).toMatchObject({
      code: 1,
      err: `${name} has no seal. Start it with SEAL_KEY, and wait until it has sealed something.`,
    });
    await append(5);
    const { code, out } = await es(['verify']);
    expect({ code, out }).toEqual({
      code: 1,
      out: `x ${name}: Nothing can be verified: there are events and no seal. Start the service with SEAL_KEY, and wait until it has sealed them.`,
    });
  });

  it('finds all as it was sealed, also by an anchor', async () => {
    await seal();
    await append(2);
    const head = await es(['seal', 'head', '--json']);
    expect(JSON.parse(head.out)).toMatchObject({ context: name, seal: '1', position: '5' });
    await writeFile(
      join(folder, 'anchors.jsonl'),
      `${head.out}\n${JSON.stringify({ msg: 'x', anchor: JSON.parse(head.out) as object })}\n{"msg":"y"}\n(node:1) Warning: of the runtime\n`,
    );
    const { code, out } = await es(['verify', '--anchor', join(folder, 'anchors.jsonl')]);
    expect({ code, out }).toEqual({
      code: 0,
      out: `${name}  5 events up to position 5 in 1 seal are as they were sealed, and the chain has 1 anchor. 2 newer events not sealed yet.`,
    });
    expect(JSON.parse((await es(['verify', '--json'])).out)).toEqual({
      ok: true,
      contexts: [{ context: name, ok: true, events: 5, seals: '1', position: '5', unsealed: 2, anchors: 0 }],
    });
  });

  it.each<[Record<string, string>, string[], number, string]>([
    [{}, [], 2, 'The seals can only be checked with their key. Expected it in SEAL_KEY or SEAL_KEY_FILE'],
    [{ SEAL_KEY: 'short' }, [], 1, 'Seal key 1 has 5 characters. Expected 64 hexadecimal digits each'],
    [{ SEAL_KEY: 'd4'.repeat(32) }, [], 1, 'was made with key'],
    [{ SEAL_KEY }, ['--anchor', '/nowhere'], 2, '--anchor names a file that cannot be read (ENOENT).'],
    [{ SEAL_KEY }, ['--anchor', 'LICENSE'], 2, 'The file of --anchor has no anchor of'],
    [{ SEAL_KEY }, ['--anchor', 'nest-cli.json'], 2, 'has no anchor of'],
  ])('with %j and %j ends with a sentence, exit code %i', async (environment, args, code, sentence) => {
    const result = await es(['verify', ...args], environment);
    expect(result.code).toBe(code);
    expect(result.out + result.err).toContain(sentence);
  });

  it('names the row that a superuser changed, exit code 1', async () => {
    await asSuperuser(`UPDATE event_store.events SET data = '{"n": 1000000}' WHERE position = 3`);
    const { code, out } = await es(['verify']);
    expect(code).toBe(1);
    expect(out).toContain(
      `x ${name}: The event at position 3 (order-1, version 3, order.placed) was changed after it was sealed (seal 1).`,
    );
    const { contexts } = JSON.parse((await es(['verify', '--json'])).out) as { contexts: object[] };
    expect(contexts[0]).toMatchObject({
      ok: false,
      broken: { kind: 'changed', row: { position: '3', stream: 'order-1' } },
    });
  });

  it('finds by the anchor that the end was cut off with its seal', async () => {
    await asSuperuser('DELETE FROM event_store.seals; DELETE FROM event_store.events');
    expect((await es(['verify'])).code).toBe(0);
    const { code, out } = await es(['verify', '--anchor', join(folder, 'anchors.jsonl')]);
    expect(code).toBe(1);
    expect(out).toContain(
      'Seal 1 is gone: the anchor knows seal 1, up to position 5; the last one that is there is 0.',
    );
  });
});
