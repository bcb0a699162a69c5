// Timers fired by several connections at once, and by some that are cut while they do.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { eventually } from '../../../../../test/support/eventually.js';
import { UnavailableError } from '../../core/index.js';
import { newProcess } from '../../testing/contracts/process-store.support.js';
import { PostgresProcessStore } from './process-store.js';

const metadata = { correlationId: 'c' };

describe('timers on PostgreSQL', () => {
  let test: TestStore;
  let processes: PostgresProcessStore;
  beforeAll(async () => {
    test = await openTestStore();
    processes = new PostgresProcessStore(test.database);
  });
  afterAll(() => test.close());

  const rows = async <R extends pg.QueryResultRow>(text: string, ...values: unknown[]): Promise<R[]> =>
    (await test.database.queryOutside<R>({ text, values })).rows;
  const schedule = (count: number, afterMs = 0) =>
    test.unitOfWork.run(() =>
      processes.schedule(
        Array.from({ length: count }, (_, index) => ({
          ...newProcess(),
          timerId: randomUUID(),
          name: 'deadline',
          afterMs: afterMs && afterMs + index,
          metadata,
        })),
      ),
    );
  const fired = (after: string) =>
    rows<{ id: string; position: bigint }>(
      `SELECT id, position FROM event_store.inbound_messages WHERE received_at >= $1 ORDER BY position`,
      after,
    );
  const now = async () => (await rows<{ now: string }>('SELECT clock_timestamp()::text AS now'))[0]!.now;

  it('fires each of 500 timers once and in due order, with four connections firing at once', async () => {
    const start = await now();
    await schedule(500);
    const inOrder = await rows<{ id: string }>(
      'SELECT timer_id AS id FROM event_store.process_timers ORDER BY due_at, timer_id',
    );
    const passes = async () => {
      for (let total = 0; ;) {
        const { fired: count } = await processes.fireDue(7);
        if (count === 0) return total;
        total += count;
      }
    };
    const totals = await Promise.all([passes(), passes(), passes(), passes()]);
    expect(totals.reduce((sum, each) => sum + each)).toBe(500);
    expect((await fired(start)).map(({ id }) => id)).toEqual(inOrder.map(({ id }) => id));
    expect(await processes.fireDue(7)).toEqual({ fired: 0, nextInMs: undefined });
  });

  it('fires each timer once although the connections that fire are cut again and again', async () => {
    const start = await now();
    const killer = new pg.Client(test.url);
    await killer.connect();
    const left = async () =>
      (await killer.query<{ n: number }>('SELECT count(*)::int AS n FROM event_store.process_timers')).rows[0]!.n;
    const outcomes: unknown[] = [];
    const fire = async () => {
      do outcomes.push(await processes.fireDue(3).catch((error: unknown) => error));
      while ((await left()) > 0);
    };
    const cut = async () => {
      do {
        await killer.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND query LIKE '%fire_due_timers%' AND state = 'active' AND pid <> pg_backend_pid()`,
        );
      } while ((await left()) > 0);
    };
    const failures = () => outcomes.filter((outcome) => outcome instanceof Error);
    let scheduled = 0;
    while (failures().length < 5) {
      await schedule(15);
      scheduled += 15;
      await Promise.all([fire(), fire(), cut()]);
    }
    await killer.end();
    expect(failures().filter((error) => !(error instanceof UnavailableError))).toEqual([]);
    const ids = (await fired(start)).map(({ id }) => id);
    expect([ids.length, new Set(ids).size]).toEqual([scheduled, scheduled]);
  });

  it('has fired nothing and lost nothing when the connection is cut between the firing and its record, and fires each once then', async () => {
    const start = await now();
    await schedule(3);
    const other = new pg.Client(test.url);
    await other.connect();
    try {
      await other.query('BEGIN');
      await other.query('LOCK TABLE event_store.inbound_messages IN SHARE MODE'); // the timers can be taken away, and not recorded
      const firing = processes.fireDue(10).catch((error: unknown) => error);
      const cut = async () => {
        const { rowCount } = await other.query(
          `SELECT pg_terminate_backend(l.pid) FROM pg_locks l
            WHERE l.relation = 'event_store.inbound_messages'::regclass AND l.mode = 'RowExclusiveLock' AND NOT l.granted`,
        );
        expect(rowCount).toBe(1);
      };
      await eventually(cut);
      expect(await firing).toBeInstanceOf(UnavailableError);
      await other.query('COMMIT');
    } finally {
      await other.end();
    }
    expect(await fired(start)).toEqual([]);
    expect(await rows('SELECT 1 FROM event_store.process_timers')).toHaveLength(3);
    expect((await processes.fireDue(10)).fired).toBe(3);
    expect(await processes.fireDue(10)).toEqual({ fired: 0, nextInMs: undefined });
    expect(await fired(start)).toHaveLength(3);
  });

  it('draws no position for a timer whose record exists, and takes the timer away', async () => {
    const timerId = randomUUID();
    await test.database.query({
      text: `INSERT INTO event_store.process_timers (timer_id, process, process_id, name, due_at, metadata)
             VALUES ($1, 'checkout', 'x', 'deadline', now() - interval '1 second', '{}')`,
      values: [timerId],
    });
    await processes.signal({ ...newProcess(), signalId: timerId, kind: 'timer', data: { name: 'deadline' }, metadata });
    const drawn = () => rows(`SELECT last_value FROM event_store.inbound_messages_position_seq`);
    const before = await drawn();
    expect(await processes.fireDue(10)).toEqual({ fired: 0, nextInMs: undefined });
    expect(await drawn()).toEqual(before);
  });
});
