// The contract on PostgreSQL, and what only a server has: writers that hold the log back, migrations, settings, plans.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { eventually } from '../../../../../test/support/eventually.js';
import { EVENTS_PER_LOOK, examine, tail } from '../../operations/index.js';
import { describeOperations } from '../../testing/contracts/operations.contract.js';
import { PostgresCheckpointStore } from '../stores/checkpoint-store.js';
import { eventStoreMigrations } from '../migrations/index.js';
import { PostgresProcessStore } from '../stores/process-store.js';
import { endOfLook, newestStreams } from './newest-streams.sql.js';
import { openContext, placeOf, type OpenContext } from './open-context.js';

const names = eventStoreMigrations.map(({ name }) => name);
const openLab = (url: string, known: readonly string[] = names) =>
  openContext({ name: 'lab-service', url, migrations: { names: known, table: 'migrations' } });

describeOperations('PostgreSQL', async () => {
  const test = await openTestStore();
  const context = await openLab(test.url);
  return {
    context,
    events: test.store,
    checkpoints: new PostgresCheckpointStore(test.database),
    processes: new PostgresProcessStore(test.database),
    unitOfWork: test.unitOfWork,
    async close() {
      await context.close();
      await test.close();
    },
  };
});

describe('on a server', () => {
  let test: TestStore;
  let context: OpenContext;
  beforeAll(async () => {
    test = await openTestStore();
    context = await openLab(test.url);
  });
  afterAll(async () => {
    await context.close();
    await test.close();
  });

  const event = () => ({
    id: randomUUID(),
    type: 'lab.opened',
    schemaVersion: 1,
    data: {},
    metadata: { correlationId: 'c-1' },
  });
  const append = () => test.store.append({ stream: `lab-${randomUUID()}`, expected: 'no-stream', events: [event()] });

  it('names an open transaction that has written to a log, and tail shows nothing beyond it', async () => {
    const before = await append();
    const writer = new pg.Client({ connectionString: test.url, application_name: 'slow writer' });
    await writer.connect();
    try {
      await writer.query('BEGIN');
      await writer.query(
        `INSERT INTO event_store.events (id, stream, version, type, schema_version, data, metadata)
         VALUES (gen_random_uuid(), 'lab-slow', 1, 'lab.opened', 1, '{}', '{}')`,
      );
      const after = await append();
      const { writers } = await examine(context);
      const { rows } = await writer.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      expect(writers).toEqual([
        expect.objectContaining({
          log: 'events',
          pid: rows[0]!.pid,
          application: 'slow writer',
          state: 'idle in transaction',
        }),
      ]);
      const notes: string[] = [];
      const { signal } = new AbortController();
      const seen: bigint[] = [];
      const options = {
        log: 'events',
        count: 10,
        follow: false,
        signal,
        note: (line: string) => notes.push(line),
      } as const;
      for await (const { position } of tail(context, options)) seen.push(position);
      expect(seen).toContain(before.position);
      expect(seen).not.toContain(after.position);
      expect(notes).toEqual([expect.stringContaining(`pid ${rows[0]!.pid} has an open transaction`)]);
      await eventually(async () => {
        const { findings } = await examine(context);
        expect(findings).toContainEqual(expect.objectContaining({ code: 'log-held-back' }));
      });
    } finally {
      await writer.end();
    }
  });

  it('knows what the database lacks, and what a newer build has put there', async () => {
    const older = await openLab(test.url, names.slice(0, 1));
    const newer = await openLab(test.url, [...names, 'Later1']);
    try {
      expect((await examine(older)).findings).toContainEqual(expect.objectContaining({ code: 'migrations-unknown' }));
      const { findings } = await examine(newer);
      expect(findings).toContainEqual(expect.objectContaining({ severity: 'problem', code: 'migrations-pending' }));
    } finally {
      await older.close();
      await newer.close();
    }
  });

  it('reports a sequence behind its table', async () => {
    const { position } = await append();
    const sequence = `pg_get_serial_sequence('event_store.events', 'position')`;
    await test.dataSource.query(`SELECT setval(${sequence}, 1)`);
    const { findings } = await examine(context);
    await test.dataSource.query(`SELECT setval(${sequence}, ${position})`);
    expect(findings).toContainEqual(expect.objectContaining({ code: 'server-settings' }));
  });

  it('reports timers nobody has fired', async () => {
    await test.dataSource.query(
      `INSERT INTO event_store.process_timers (timer_id, process, process_id, name, due_at, metadata)
       VALUES (gen_random_uuid(), 'checkout', '1', 'late', clock_timestamp() - interval '5 minutes', '{}')`,
    );
    const { processes, findings } = await examine(context);
    expect(processes).toMatchObject({ running: 0, due: 1 });
    expect(findings).toContainEqual(expect.objectContaining({ code: 'timers-overdue' }));
  });

  it('a database without a schema is said to be one', async () => {
    const empty = await openTestStore();
    const opened = await openLab(empty.url);
    try {
      await empty.dataSource.query('DROP SCHEMA event_store CASCADE');
      expect((await examine(opened)).findings).toMatchObject([{ code: 'schema-missing' }]);
    } finally {
      await opened.close();
      await empty.close();
    }
  });

  it('tells where a database is without telling its password', () => {
    expect(placeOf('postgres://u:secret@db.example:6543/order_service?options=-c%20a%3Db')).toBe(
      'db.example:6543/order_service',
    );
  });
});

describe('a large store', () => {
  let test: TestStore;
  let context: OpenContext;
  beforeAll(async () => {
    test = await openTestStore();
    context = await openLab(test.url);
    await test.dataSource.query(`
      INSERT INTO event_store.events (id, stream, version, type, schema_version, data, metadata)
      SELECT gen_random_uuid(), CASE WHEN n = 1 THEN 'rare-1' ELSE 'hot-1' END, greatest(1, n - 1), 'lab.noted', 1, '{}', '{}'
        FROM generate_series(1, ${EVENTS_PER_LOOK + 100}) n ORDER BY n`);
    await test.dataSource.query('ANALYZE event_store.events');
  });
  afterAll(async () => {
    await context.close();
    await test.close();
  });

  it('is looked at in portions: a rare stream is found on a later page', async () => {
    const first = await context.streams.newest({ category: 'rare', limit: 10 });
    expect(first).toMatchObject({ streams: [], cutShort: true });
    const second = await context.streams.newest({ category: 'rare', limit: 10, before: first.next });
    expect(second).toMatchObject({ streams: [{ stream: 'rare-1', version: 1 }], next: undefined, cutShort: false });
  });

  it.each([
    ['newest streams', newestStreams.text, 'NULL::bigint, NULL, 100, 10'],
    ['end of a look', endOfLook.text, 'NULL::bigint, 100'],
  ])('the plan of "%s" goes by index', async (_, text, values) => {
    const plan = await test.unitOfWork.run(async ({ db }) => {
      await db.query('SET LOCAL plan_cache_mode = force_generic_plan');
      await db.query(`PREPARE checked AS ${text}`);
      const rows = (await db.query(`EXPLAIN EXECUTE checked(${values})`)) as { 'QUERY PLAN': string }[];
      await db.query('DEALLOCATE checked');
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    });
    expect(plan).not.toMatch(/Seq Scan on/);
  });
});
