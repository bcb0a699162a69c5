// Every rule of the settled reader, one at a time, against writers whose commits the test decides.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../../test/support/eventually.js';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { LogWriter, Reader } from '../../../../../test/support/log-writer.js';
import { createTestDatabase } from '../../../../../test/support/postgres.js';
import { CursorAheadOfLogError, systemIds, UnavailableError } from '../../core/index.js';
import { describeSettledLog } from '../../testing/contracts/settled-log.contract.js';
import { eventsTable } from './log-table.js';
import { PostgresSettledLog, type SettledLogOptions } from './settled-log.js';
import { Waking } from './waking.js';

const settledLog = (url: string, options: Partial<SettledLogOptions> = {}) =>
  new PostgresSettledLog({
    connection: { url, applicationName: 'test' },
    table: eventsTable,
    waitMs: 100,
    ...options,
  });

describeSettledLog('PostgreSQL', async () => {
  const waking = new Waking();
  const { store, url, close } = await openTestStore({ onAppended: () => waking.signal('events') });
  const log = settledLog(url, { waking });
  let n = 0;
  const versions = new Map<string, number>();
  return {
    log,
    async append(keys) {
      for (const stream of keys) {
        const event = {
          id: systemIds.next(),
          type: 'test.happened',
          schemaVersion: 1,
          data: { n: (n += 1) },
          metadata: { correlationId: 'c' },
        };
        const expected = versions.get(stream) ?? ('no-stream' as const);
        const { version } = await store.append({ stream, expected, events: [event] });
        versions.set(stream, version);
      }
    },
    async close() {
      await log.close();
      await waking.close();
      await close();
    },
  };
});

describe('PostgresSettledLog', () => {
  let test: TestStore;
  let log: PostgresSettledLog;
  let reader: Reader;
  const open: { end(): Promise<void> }[] = [];
  const connect = async (url = test.url): Promise<LogWriter> => {
    const writer = await LogWriter.connect(url);
    open.push(writer);
    return writer;
  };

  beforeAll(async () => {
    test = await openTestStore();
  });
  afterAll(() => test.close());
  beforeEach(async () => {
    await test.dataSource.query(`ALTER TABLE event_store.events DISABLE TRIGGER events_immutable;
      TRUNCATE event_store.events RESTART IDENTITY; ALTER TABLE event_store.events ENABLE ALWAYS TRIGGER events_immutable`);
    log = settledLog(test.url);
    reader = new Reader(log);
  });
  afterEach(async () => {
    await log.close();
    await Promise.all(open.splice(0).map((writer) => writer.end()));
    const text = 'SELECT gid FROM pg_prepared_xacts WHERE database = current_database()';
    const { rows } = await test.database.query<{ gid: string }>({ text }); // left by a test that failed
    for (const { gid } of rows) await test.database.query({ text: `ROLLBACK PREPARED '${gid}'` });
  });

  it('takes nothing for the end that has a gap behind it', async () => {
    const start = await log.beginning();
    const [writer, slow] = [await connect(), await connect()];
    await writer.insert(); // at 1
    await slow.sql('BEGIN');
    await slow.insert(); // at 2
    await writer.insert(); // at 3
    const page = await log.readPage(start, 10);
    expect([page.records.length, page.isEnd]).toEqual([1, false]);
    await slow.sql('COMMIT');
    const rest = await log.readPage({ ...start, position: 1n }, 10);
    expect(rest.records.map(({ position }) => position)).toEqual([2n, 3n]);
  });

  it('tells of what is written while a read is on its way that comes to the end, to each who shares it', async () => {
    const waking = new Waking();
    const own = settledLog(test.url, { waking });
    const start = await own.beginning();
    const writer = await connect();
    await own.read(start, 10);
    await writer.insert();
    const reading = own.readPage(start, 10);
    await new Promise((resolve) => setImmediate(resolve)); // it is sent, and its answer is not here
    waking.signal('events');
    const sharing = own.readPage(start, 10);
    expect([await reading, await sharing].map(({ isEnd }) => isEnd)).toEqual([true, true]);
    await own.changed(60_000, new AbortController().signal); // at once, or this test takes a minute
    await own.close();
    await waking.close();
  });

  /** One event that is read, then a gap that `slow` holds open at position 2, and an event above it. */
  async function slowWriterAtTwo(): Promise<{ slow: LogWriter; quick: LogWriter }> {
    const [slow, quick] = [await connect(), await connect()];
    await quick.insert();
    await reader.read();
    await slow.sql('BEGIN');
    expect(await slow.insert()).toBe(2n);
    expect(await quick.insert()).toBe(3n);
    return { slow, quick };
  }

  it('waits for a slow writer at a low position, then delivers both, in order [5]', async () => {
    const { slow } = await slowWriterAtTwo();
    expect(await reader.read()).toEqual([]);
    expect(await reader.read()).toEqual([]);
    await slow.sql('COMMIT');
    await eventually(async () => {
      await reader.read();
      expect(reader.seen).toEqual([1n, 2n, 3n]);
    });
  });

  it('says who holds it back, where and for how long', async () => {
    const { slow } = await slowWriterAtTwo();
    expect(await log.heldBack()).toBeUndefined();
    await reader.read();
    const held = await log.heldBack();
    expect(held).toMatchObject({ position: 2n, holders: [{ pid: slow.pid }] });
    expect(held!.sinceMs).toBeGreaterThanOrEqual(100);
    expect(held!.holders[0]!.ageMs).toBeGreaterThanOrEqual(held!.sinceMs);
    await slow.sql('COMMIT');
    await reader.read();
    expect(await log.heldBack()).toBeUndefined();
  });

  it('is held back by nobody once they are gone, also where nobody reads any more', async () => {
    const { slow } = await slowWriterAtTwo();
    await reader.read();
    expect(await log.heldBack()).toBeDefined();
    await slow.sql('COMMIT');
    expect(await log.heldBack()).toBeUndefined();
    await reader.read();
    expect(reader.seen).toEqual([1n, 2n, 3n]);
  });

  it('answers while it is held back, and looks again soon', async () => {
    await slowWriterAtTwo();
    const started = performance.now();
    await reader.read();
    await log.changed(15_000, new AbortController().signal);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('delivers what has settled below a gap without waiting for the gap', async () => {
    const [slow, quick] = [await connect(), await connect()];
    await quick.insert();
    await quick.insert();
    await slow.sql('BEGIN');
    await slow.insert();
    await quick.insert();
    await reader.read();
    expect(reader.seen).toEqual([1n, 2n]);
  });

  it('fills a gap as soon as its writer has committed, while a later one still writes', async () => {
    const { slow, quick } = await slowWriterAtTwo();
    const later = await connect();
    await later.sql('BEGIN');
    expect(await later.insert()).toBe(4n);
    await quick.insert();
    expect(await reader.read()).toEqual([]);
    await slow.sql('COMMIT');
    await eventually(async () => {
      await reader.read();
      expect(reader.seen).toEqual([1n, 2n, 3n]);
    });
    await later.sql('ROLLBACK');
    await eventually(async () => {
      await reader.read();
      expect(reader.seen).toEqual([1n, 2n, 3n, 5n]);
    });
  });

  it('does not stall on positions that were rolled back [6]', async () => {
    const writer = await connect();
    await writer.insert();
    for (let round = 0; round < 3; round += 1) {
      await writer.sql('BEGIN');
      await writer.insert();
      await writer.sql('ROLLBACK');
    }
    await writer.insert();
    await reader.read();
    await reader.read();
    expect(reader.seen).toEqual([1n, 5n]);
  });

  it('does not stall on positions that a unique violation burnt [6]', async () => {
    const writer = await connect();
    const id = systemIds.next();
    await writer.insert(id);
    for (let round = 0; round < 3; round += 1) await expect(writer.insert(id)).rejects.toMatchObject({ code: '23505' });
    await writer.insert();
    await reader.read();
    await reader.read();
    expect(reader.seen).toEqual([1n, 5n]);
  });

  it('sees savepoints through: rolled back parts never, kept parts with their transaction', async () => {
    const [writer, quick] = [await connect(), await connect()];
    await writer.sql('BEGIN; SAVEPOINT a');
    await writer.insert();
    await writer.sql('ROLLBACK TO a');
    await quick.insert();
    await writer.sql('SAVEPOINT b');
    await writer.insert();
    await writer.sql('RELEASE b');
    await quick.insert();
    await reader.read();
    await reader.read();
    expect(reader.seen).toEqual([]); // 1 is gone for good, but its transaction still writes
    await writer.sql('COMMIT');
    await eventually(async () => {
      await reader.read();
      expect(reader.seen).toEqual([2n, 3n, 4n]);
    });
  });

  it('waits for a prepared transaction, and names it', async () => {
    const { slow } = await slowWriterAtTwo();
    const gid = `slow-${slow.pid}`;
    await slow.sql(`PREPARE TRANSACTION '${gid}'`);
    await slow.end();
    open.splice(open.indexOf(slow), 1);
    expect(await reader.read()).toEqual([]);
    expect(await log.heldBack()).toMatchObject({
      position: 2n,
      holders: [{ pid: undefined, prepared: gid, ageMs: expect.any(Number) }],
    });
    await (await connect()).sql(`COMMIT PREPARED '${gid}'`);
    await eventually(async () => {
      await reader.read();
      expect(reader.seen).toEqual([1n, 2n, 3n]);
    });
  });

  it('goes on waiting for a writer that turns into a prepared transaction meanwhile', async () => {
    const { slow } = await slowWriterAtTwo();
    expect(await reader.read()).toEqual([]); // now it waits for the session
    const gid = `turned-${slow.pid}`;
    await slow.sql(`PREPARE TRANSACTION '${gid}'`);
    expect(await reader.read()).toEqual([]);
    expect(await log.heldBack()).toMatchObject({ holders: [{ prepared: gid }] });
    await slow.sql(`COMMIT PREPARED '${gid}'`);
    await eventually(async () => {
      await reader.read();
      expect(reader.seen).toEqual([1n, 2n, 3n]);
    });
  });

  it('is held back neither by a writer in another database nor by a long reading transaction [7] [34]', async () => {
    const elsewhere = await openTestStore();
    try {
      const [foreign, report, writer] = [await connect(elsewhere.url), await connect(), await connect()];
      await foreign.sql('BEGIN');
      await foreign.insert();
      await report.sql('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM event_store.events');
      await writer.insert();
      await writer.burn(1);
      await writer.insert();
      await reader.read();
      await reader.read();
      expect(reader.seen).toEqual([1n, 3n]);
      expect((await log.head()).position).toBe(3n);
    } finally {
      await Promise.all(open.splice(0).map((writer) => writer.end()));
      await elsewhere.close();
    }
  });

  it('is held back neither by a prepared transaction of another database nor by one here that appended nothing [7]', async () => {
    const elsewhere = await openTestStore();
    const [foreign, idle, writer] = [await connect(elsewhere.url), await connect(), await connect()];
    const gid = `orphan-${foreign.pid}`;
    try {
      await foreign.sql('BEGIN');
      await foreign.insert();
      await foreign.sql(`PREPARE TRANSACTION '${gid}'`);
      await idle.sql(`BEGIN; SELECT count(*) FROM event_store.events; PREPARE TRANSACTION '${gid}-here'`);
      await writer.insert();
      await writer.burn(1);
      await writer.insert();
      await reader.read();
      await reader.read();
      expect(reader.seen).toEqual([1n, 3n]);
    } finally {
      await foreign.sql(`ROLLBACK PREPARED '${gid}'`);
      await Promise.all(open.splice(0).map((one) => one.end()));
      await elsewhere.close();
    }
  });

  it('never keeps a position nobody wrote: after a crash it is drawn again, and its event must be seen', async () => {
    const writer = await connect();
    await writer.insert();
    await reader.read();
    await writer.burn(1);
    await writer.insert();
    await writer.burn(2); // L is 5 when the gap at 2 is settled
    await reader.read();
    expect(reader.seen).toEqual([1n, 3n]);
    expect((await log.head()).position).toBe(3n);
    await reader.read();
    await writer.sql(`SELECT setval(pg_get_serial_sequence('event_store.events', 'position'), 3)`);
    const slow = await connect();
    await slow.sql('BEGIN');
    expect(await slow.insert()).toBe(4n);
    expect(await writer.insert()).toBe(5n);
    expect(await reader.read()).toEqual([]); // 4 is not final, although 5 was drawn before
    await slow.sql('COMMIT');
    await eventually(async () => {
      await reader.read();
      expect(reader.seen).toEqual([1n, 3n, 4n, 5n]);
    });
  });

  it.each([0, 1])(
    'reads rows only after it has seen the writers gone, however long looking takes (rounds held back before: %i)',
    async (rounds) => {
      const { slow, quick } = await slowWriterAtTwo();
      // A view in front of pg_locks makes looking slow: whatever was read in the same statement would be older than what it sees.
      await quick.sql(`CREATE SCHEMA slow; CREATE FUNCTION slow.locks() RETURNS SETOF pg_catalog.pg_locks LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_sleep(0.5); RETURN QUERY SELECT * FROM pg_catalog.pg_locks; END $$;
      CREATE VIEW slow.pg_locks AS SELECT * FROM slow.locks()`);
      const url = new URL(test.url);
      url.searchParams.set('options', '-c search_path=slow,pg_catalog');
      const slowLog = settledLog(url.href);
      try {
        const looking = new Reader(slowLog);
        await looking.read();
        for (let round = 0; round < rounds; round += 1) expect(await looking.read()).toEqual([]);
        const reading = looking.read();
        await eventually(async () => {
          const { rows } = await quick.client.query(
            `SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()`,
          );
          expect(rows).toHaveLength(1);
        });
        await slow.sql('COMMIT');
        await reading;
        await eventually(async () => {
          await looking.read();
          expect(looking.seen.at(-1)).toBe(3n);
        });
        expect(looking.seen).toEqual([1n, 2n, 3n]);
      } finally {
        await slowLog.close();
        await quick.sql('DROP SCHEMA slow CASCADE');
      }
    },
  );

  it('reads a settled stretch with gaps in portions', async () => {
    const writer = await connect();
    for (let round = 0; round < 7; round += 1) {
      await writer.burn(1);
      await writer.insert();
    }
    const sizes = [];
    for (let round = 0; round < 5; round += 1) sizes.push((await reader.read(2)).length);
    expect(sizes).toEqual([2, 2, 2, 1, 0]);
    expect(reader.seen).toEqual([2n, 4n, 6n, 8n, 10n, 12n, 14n]);
  });

  it.each<[string, string]>([
    ['plain', `(SELECT string_agg(md5(random()::text), '') FROM generate_series(1, 31000))`],
    ['compressed to almost nothing', `repeat('x', 1000000)`],
  ])('ends a page of large events (%s) by bytes, and loses none behind it, with gaps and without', async (_, text) => {
    const writer = await connect();
    const insert = (count: number) =>
      writer.sql(`INSERT INTO event_store.events (id, stream, version, type, schema_version, data, metadata)
        SELECT gen_random_uuid(), 'large-' || gen_random_uuid(), 1, 'large', 1, jsonb_build_object('text', large.text), '{}'
          FROM (SELECT ${text} AS text) large, generate_series(1, ${count})`);
    await insert(20);
    await writer.burn(1); // the rest is read as what L has settled
    await insert(40);
    for (let page = 0; page < 5 && reader.seen.length < 60; page += 1) {
      const size = (await reader.read(1_000)).length;
      expect(size).toBeGreaterThan(0);
      expect(size).toBeLessThan(20); // 16 MiB
    }
    const numbers = Array.from({ length: 61 }, (_position, index) => BigInt(index + 1));
    expect(reader.seen).toEqual(numbers.filter((position) => position !== 21n));
  });

  it('knows what lies behind a page that was cut by bytes for settled, whoever begins to write meanwhile', async () => {
    const [writer, slow] = [await connect(), await connect()];
    for (let round = 0; round < 20; round += 1) {
      await writer.burn(1);
      await writer.sql(`INSERT INTO event_store.events (id, stream, version, type, schema_version, data, metadata)
        VALUES (gen_random_uuid(), 'large-' || gen_random_uuid(), 1, 'large', 1, jsonb_build_object('text', repeat('x', 1000000)), '{}')`);
    }
    const first = (await reader.read(1_000)).length;
    await slow.sql('BEGIN');
    await slow.insert();
    expect(first).toBeLessThan(20);
    expect((await reader.read(1_000)).length).toBe(20 - first);
  });

  it('gives one event at least, however large', async () => {
    const writer = await connect();
    await writer.sql('ALTER TABLE event_store.events ALTER COLUMN data SET STORAGE EXTERNAL'); // large also where it lies
    for (let round = 0; round < 2; round += 1) {
      await writer.sql(`INSERT INTO event_store.events (id, stream, version, type, schema_version, data, metadata)
        SELECT gen_random_uuid(), 'large-' || gen_random_uuid(), 1, 'large', 1,
               jsonb_build_object('text', repeat(md5(random()::text), 1100000)), '{}'`);
    }
    expect([await reader.read(), await reader.read(), await reader.read()].map(({ length }) => length)).toEqual([
      1, 1, 0,
    ]);
  });

  it('serves readers at the mark, below it and above it side by side', async () => {
    const { slow, quick } = await slowWriterAtTwo();
    const others = [new Reader(log), new Reader(log), new Reader(log)];
    await Promise.all([reader, ...others].map((each) => each.read(1)));
    expect(others.map(({ seen }) => seen)).toEqual([[1n], [1n], [1n]]);
    await slow.sql('COMMIT');
    await quick.insert();
    await eventually(async () => {
      await Promise.all([reader, ...others].map((each, index) => each.read(index + 1)));
      for (const { seen } of [reader, ...others]) expect(seen).toEqual([1n, 2n, 3n, 4n]);
    });
  });

  it('has its head at a settled position: it waits for whoever may still write below', async () => {
    const { slow } = await slowWriterAtTwo();
    let settled = false;
    const head = log.head().finally(() => (settled = true));
    await reader.read(); // held back, for 100 ms
    expect(settled).toBe(false);
    await slow.sql('COMMIT');
    expect((await head).position).toBe(3n);
  });

  it('gives up on a head that a writer holds back too long, and says which', async () => {
    const { slow } = await slowWriterAtTwo();
    const impatient = settledLog(test.url, { headWaitMs: 50 });
    await expect(impatient.head()).rejects.toThrow(`pid ${slow.pid}`);
    await impatient.close();
  });

  it('refuses a cursor ahead of the log once, and keeps serving the others', async () => {
    const writer = await connect();
    await writer.insert();
    await reader.read();
    const { epoch } = await log.beginning();
    await expect(log.read({ epoch, position: 9n }, 10)).rejects.toThrow(CursorAheadOfLogError);
    await writer.insert();
    await reader.read();
    expect(reader.seen).toEqual([1n, 2n]);
  });

  describe('when its connection is cut', () => {
    const cut = async (admin: LogWriter) => {
      const sessions = `FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'test log events'`;
      await admin.sql(`SELECT pg_terminate_backend(pid) ${sessions}`);
      await eventually(async () => expect((await admin.client.query(`SELECT pid ${sessions}`)).rows).toEqual([]));
    };

    it('while it waits for a writer: says so, starts anew and loses nothing', async () => {
      const { slow, quick } = await slowWriterAtTwo();
      expect(await reader.read()).toEqual([]);
      const waiting = reader.read();
      await Promise.all([expect(waiting).rejects.toThrow(UnavailableError), cut(quick)]);
      expect(await log.heldBack()).toBeUndefined();
      expect(await reader.read()).toEqual([]);
      await slow.sql('COMMIT');
      await eventually(async () => {
        await reader.read();
        expect(reader.seen).toEqual([1n, 2n, 3n]);
      });
    });

    it('while it idles: the next read says so, the one after starts anew', async () => {
      const writer = await connect();
      await writer.insert();
      await reader.read();
      await cut(writer);
      await expect(reader.read()).rejects.toThrow(UnavailableError);
      await writer.insert();
      await reader.read();
      expect(reader.seen).toEqual([1n, 2n]);
    });

    it('between two portions: forgets what it knew of the rest', async () => {
      const [slow, writer] = [await connect(), await connect()];
      for (let round = 0; round < 3; round += 1) {
        await writer.burn(1);
        await writer.insert();
      }
      await reader.read(1);
      await cut(writer);
      await slow.sql('BEGIN');
      await slow.insert();
      await writer.insert();
      await expect(reader.read(1)).rejects.toThrow(UnavailableError);
      await reader.read(1);
      expect(reader.seen).toEqual([2n]); // position 3 is a gap again, and a writer is open
      await slow.sql('ROLLBACK');
      await eventually(async () => {
        await reader.read();
        expect(reader.seen).toEqual([2n, 4n, 6n, 8n]);
      });
    });
  });

  it('is unavailable after it is closed', async () => {
    await reader.read();
    await log.close();
    await expect(reader.read()).rejects.toThrow(UnavailableError);
  });
});

describe('a database that cannot be reached', () => {
  let url: string;
  let drop: () => Promise<void>;
  beforeAll(async () => ({ url, drop } = await createTestDatabase()));
  afterAll(() => drop());

  it('makes every call unavailable', async () => {
    const nowhere = new URL(url);
    nowhere.port = '1';
    const log = settledLog(nowhere.href);
    await expect(log.beginning()).rejects.toThrow(UnavailableError);
    await expect(log.head()).rejects.toThrow(UnavailableError);
    await log.close();
  });

  it('throws what is wrong when the table is missing', async () => {
    const log = settledLog(url);
    await expect(log.beginning()).rejects.toThrow(/log_epochs.*does not exist/);
    await log.close();
  });
});
