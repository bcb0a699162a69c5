// `npm run es` as people run it, on a real database: what is parked is replayed into a running subscription; pipes close, Ctrl-C is pressed.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../test/support/eventually.js';
import { createTestDatabase, type TestDatabase } from '../../test/support/postgres.js';
import { systemClock, systemIds } from '../../libs/event-store/src/core/index.js';
import {
  dataSourceConnection,
  eventsTable,
  eventStoreMigrations,
  PostgresCheckpointStore,
  PostgresDatabase,
  PostgresEventStore,
  PostgresInboundLog,
  PostgresParkingStore,
  PostgresSettledLog,
  PostgresUnitOfWork,
} from '../../libs/event-store/src/postgres/index.js';
import { LiveTail, silentLogger, SubscriptionRunner } from '../../libs/event-store/src/subscriptions/index.js';
import { contextNames, factsOf, MIGRATIONS_TABLE } from './contexts.js';
import { main } from './program.js';

const WITHIN_MS = 120_000;

/** Any will do: what is looked at is the event store's. */
const [context] = contextNames();

describe.skipIf(context === undefined)('npm run es', { timeout: WITHIN_MS }, () => {
  let empty: TestDatabase;
  let dataSource: DataSource;
  let database: PostgresDatabase;
  let log: PostgresSettledLog;
  let store: PostgresEventStore;
  beforeAll(async () => {
    empty = await createTestDatabase();
    const connection = { url: empty.url, applicationName: 'es-test' };
    dataSource = new DataSource({
      ...dataSourceConnection(connection),
      migrations: [...eventStoreMigrations, ...(await factsOf(context!)).migrations],
      migrationsTableName: MIGRATIONS_TABLE,
    });
    await dataSource.initialize();
    await dataSource.runMigrations();
    database = new PostgresDatabase({ ...connection, dataSource });
    store = new PostgresEventStore({ database });
    log = new PostgresSettledLog({ connection, table: eventsTable });
  }, WITHIN_MS);
  afterAll(async () => {
    await log.close();
    await database.close();
    await dataSource.destroy();
    await empty.drop();
  });

  function start(...args: string[]) {
    const child = spawn(process.execPath, ['--import', 'tsx', join('tools', 'es.ts'), ...args, '--context', context!], {
      env: { ...process.env, DATABASE_URL: empty.url, COLUMNS: '120' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
    return { child, said, ended: new Promise<number | null>((resolve) => child.once('close', resolve)) };
  }
  /** In this process: starting another costs seconds. */
  async function es(...args: string[]) {
    const said = { stdout: '', stderr: '' };
    const code = await main([...args, '--context', context!], {
      out: (line) => void (said.stdout += `${line}\n`),
      note: (line) => void (said.stderr += `${line}\n`),
      look: { width: 120, color: false },
      environment: { DATABASE_URL: empty.url },
      signal: new AbortController().signal,
    });
    return { code, ...said };
  }
  const append = (stream: string, ...types: readonly string[]) =>
    store.append({
      stream,
      expected: 'any',
      events: types.map((type) => ({
        id: randomUUID(),
        type,
        schemaVersion: 1,
        data: { note: 'red \u001b[31m alert' },
        metadata: { correlationId: 'c-1', actor: 'customer:alice' },
      })),
    });

  it('a parked record is listed, shown, and replayed into a running subscription, and those behind it follow', async () => {
    let broken = true;
    const handled: string[] = [];
    const runner = new SubscriptionRunner({
      definition: {
        name: 'order-notes',
        log: 'events',
        start: 'beginning',
        delivery: 'concurrent',
        retry: { maxAttempts: 1 },
        wants: () => true,
        async handle({ key, type }) {
          if (broken && type === 'order.placed') throw new TypeError('no note for you');
          handled.push(`${key} ${type}`);
        },
      },
      tail: new LiveTail(log, systemClock),
      checkpoints: new PostgresCheckpointStore(database),
      parking: new PostgresParkingStore(database),
      unitOfWork: new PostgresUnitOfWork(database),
      clock: systemClock,
      ids: systemIds,
      owner: 'test',
      logger: silentLogger,
      pollMs: 100,
    });
    runner.start();
    try {
      const { position } = await append('order-1', 'order.placed', 'order.confirmed');
      await append('order-2', 'order.shipped');
      const ref = `${context}/order-notes/events/${position - 1n}`;
      const parking = new PostgresParkingStore(database);
      await eventually(async () => expect(await parking.list()).toHaveLength(2), { timeoutMs: 30_000 });
      expect(handled).toEqual(['order-2 order.shipped']);

      const list = await es('parked', 'list');
      expect(list).toMatchObject({ code: 0, stderr: '' });
      expect(list.stdout).toContain(`${ref}\n    parked after 1 attempt, 1 behind it`);
      const shown = await es('parked', 'show', ref, '--json');
      expect(JSON.parse(shown.stdout)).toMatchObject({
        ref,
        message: { status: 'parked', reason: expect.stringContaining('no note for you') as string, behind: 1 },
        record: { type: 'order.placed', metadata: { actor: 'customer:alice' } },
        behind: [{ position: String(position), type: 'order.confirmed' }],
      });
      const ill = await es('doctor');
      expect(ill.code).toBe(1);
      expect(ill.stdout).toContain('1 message is parked, and 1 record of their keys stand behind.');

      const filter = ['--reason-code', 'TypeError', '--since', '1h'];
      const counted = { matched: 1, changed: 0, behind: 1, byReason: { TypeError: 1 } };
      const many = await es('parked', 'replay', ...filter, '--dry-run', '--json');
      expect(JSON.parse(many.stdout)).toEqual({ change: 'replay', dryRun: true, contexts: [{ context, ...counted }] });
      expect(await es('parked', 'replay', ...filter, '--reason', 'mended')).toEqual({
        code: 2,
        stdout: '',
        stderr: `${context}: 1 to replay, 1 behind them. By reason: 1 TypeError.\nNothing is changed. Expected --yes, because nobody is there to be asked.\n`,
      });
      expect(await es('parked', 'replay', ...filter, '--yes', '--reason', 'mended')).toMatchObject({
        code: 0,
        stdout: `${context}: 1 is due now; 1 behind them follow in order. By reason: 1 TypeError.\n`,
      });
      await eventually(async () => expect(await parking.list({ status: 'parked' })).toHaveLength(1)); // it failed again

      broken = false;
      const dry = await es('parked', 'replay', ref, '--dry-run');
      expect(dry.stdout).toBe(`Dry run, nothing is changed: ${ref} is due now; 1 behind it follow in order.\n`);
      expect(handled).toEqual(['order-2 order.shipped']);
      const { said, ended } = start('parked', 'replay', ref, '--reason', 'the note is there now');
      expect(await ended, said.stderr).toBe(0);
      expect(said).toEqual({ stdout: `${ref} is due now; 1 behind it follow in order.\n`, stderr: '' });
      await eventually(
        () => expect(handled).toEqual(['order-2 order.shipped', 'order-1 order.placed', 'order-1 order.confirmed']),
        { timeoutMs: 30_000 },
      );
      const again = await es('parked', 'replay', ref, '--reason', 'again');
      expect(again).toMatchObject({ code: 1, stdout: '' });
      expect(again.stderr).toMatch(
        /it was handled, discarded, or never there\. .* parked\.replay by os-user:.*: the note is there now/,
      );
      expect(await es('doctor')).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('Nothing is wrong.') as string,
      });
    } finally {
      await runner.stop();
    }
  });

  it('messages nobody can read are told of where no parked one matches, looked at and given up by what they have in common', async () => {
    const key = 'unread';
    for (const offset of ['1', '2']) {
      const message = { topic: 'lab', partition: 0, offset, key, headers: { ce_id: `m-${offset}`, ce_type: 'lab.x' } };
      const unreadable = {
        message: { ...message, value: Buffer.from('{}') },
        reasonCode: 'unknown-type',
        detail: 'of a newer build',
      };
      await new PostgresInboundLog(database).store([], [unreadable]);
    }
    const filter = ['--key', key];
    expect(await es('parked', 'replay', ...filter, '--dry-run')).toMatchObject({
      code: 0,
      stdout: `${context}: nothing that is parked matches. 2 unreadable messages match: name them by --unreadable.\n`,
    });
    filter.push('--unreadable');
    expect(await es('parked', 'replay', ...filter, '--dry-run')).toMatchObject({
      code: 0,
      stdout:
        `Dry run, nothing is changed: ${context}: 0 of 2 would go into the inbox. By reason: 2 unknown-type. ` +
        'Not readable with the contracts of this build either: 2 unknown-type.\n',
    });
    expect(await es('parked', 'discard', ...filter, '--reason', 'noise')).toEqual({
      code: 2,
      stdout: '',
      stderr: `${context}: 2 unreadable to discard. By reason: 2 unknown-type.\nNothing is changed. Expected --yes, because nobody is there to be asked.\n`,
    });
    expect(await es('parked', 'discard', ...filter, '--reason', 'noise', '--yes')).toMatchObject({
      code: 0,
      stdout: `${context}: 2 of 2 are given up. By reason: 2 unknown-type.\n`,
    });
    const none = await es('parked', 'discard', ...filter, '--reason', 'noise', '--json');
    const counted = { context, matched: 0, changed: 0, unreadableStill: {}, byReason: {} };
    expect(JSON.parse(none.stdout)).toEqual({
      change: 'discard',
      unreadable: true,
      dryRun: false,
      contexts: [counted],
    });
  });

  it('shows streams, and nothing in them plays with the terminal', async () => {
    await append('order-show', 'order.placed', 'order.confirmed');
    const streams = await es('streams', '--json', '--limit', '1');
    expect(JSON.parse(streams.stdout)).toMatchObject({
      contexts: [{ context, streams: [{ stream: 'order-show', version: 2, lastType: 'order.confirmed' }] }],
    });
    const shown = await es('show', 'order-show', '--at', '1');
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(shown.stdout).toContain('1  order.placed v1');
    expect(shown.stdout).toContain('actor customer:alice');
    expect(shown.stdout).toContain('red \\u001b[31m alert');
    expect(shown.stdout).not.toContain('order.confirmed');
    expect(shown.stdout).not.toContain('\u001b');
    const traced = await es('trace', 'order-show');
    expect(traced).toMatchObject({ code: 0, stderr: '' });
    expect(traced.stdout).toMatch(/^correlation c-1  \d+ hops in \d+ ms, from 20/);
    expect(traced.stdout).toMatch(/ \+\d+ ms {2}\S+ {2}event order\.placed {2}order-show#1 /);
    expect(traced.stdout).not.toMatch(/alice|alert/);
    expect(await es('trace', 'order-nowhere')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/knows nothing of order-nowhere from 20/) as string,
    });
    expect(await es('show', 'order-nowhere')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^There is no stream order-nowhere in .*-service\./) as string,
    });
  });

  it('tail --follow prints what comes, and Ctrl-C ends it with 0', async () => {
    const { child, said, ended } = start('tail', '--follow', '--limit', '1', '--json');
    await eventually(() => expect(said.stdout).not.toBe(''), { timeoutMs: 60_000 });
    const stream = `order-${randomUUID()}`;
    await append(stream, 'order.placed');
    await eventually(() => expect(said.stdout).toContain(stream), { timeoutMs: 30_000 });
    const data = { note: 'red \u001b[31m alert' };
    for (const line of said.stdout.trim().split('\n')) expect(JSON.parse(line)).toMatchObject({ context, data });
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(said.stderr).toBe('');
  });

  it('ends in silence when nobody reads on', async () => {
    const { child, said, ended } = start('tail', '--follow', '--limit', '1');
    await eventually(() => expect(said.stdout).not.toBe(''), { timeoutMs: 60_000 });
    child.stdout.destroy();
    await append('order-unread', 'order.placed');
    expect(await ended).toBe(0);
    expect(said.stderr).toBe('');
  });
});
