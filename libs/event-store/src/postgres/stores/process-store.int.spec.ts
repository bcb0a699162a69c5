// The process store's contract on PostgreSQL, and what only several real connections can show.
import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { eventually } from '../../../../../test/support/eventually.js';
import { moveTimers } from '../../testing/move-timers.js';
import { describeProcessStore } from '../../testing/contracts/process-store.contract.js';
import { newProcess } from '../../testing/contracts/process-store.support.js';
import type { Row } from '../../testing/invariants/index.js';
import { inboundTable } from '../log/log-table.js';
import { PostgresProcessStore } from './process-store.js';
import { PostgresSettledLog } from '../log/settled-log.js';
import { Waking } from '../log/waking.js';

interface Scans {
  readonly relname: string;
  readonly whole: number;
  readonly rows: number;
}

const metadata = { correlationId: 'c' };

describeProcessStore('PostgreSQL', async () => {
  const { url, database, dataSource, unitOfWork, close } = await openTestStore();
  const inbound = new PostgresSettledLog({ connection: { url, applicationName: 'test' }, table: inboundTable });
  return {
    processes: new PostgresProcessStore(database),
    unitOfWork,
    inbound,
    pass: (ms) => moveTimers((sql, params) => dataSource.query<Row[]>(sql, params && [...params]), ms),
    close: () => inbound.close().then(close),
  };
});

describe('PostgresProcessStore', () => {
  let test: TestStore;
  const waking = new Waking();
  const signal = vi.spyOn(waking, 'signal');
  let processes: PostgresProcessStore;
  beforeAll(async () => {
    test = await openTestStore({ poolSize: 12 });
    processes = new PostgresProcessStore(test.database, waking);
  });
  afterAll(() => test.close());

  const rows = async <R extends pg.QueryResultRow>(text: string, ...values: unknown[]): Promise<R[]> =>
    (await test.database.queryOutside<R>({ text, values })).rows;
  /** Backends of this database that wait for a lock. */
  const waiting = async (): Promise<number> => {
    const [row] = await rows<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return row!.n;
  };
  const bump = async (id: string, start = true): Promise<void> => {
    const row = (await processes.lock('checkout', [id], new Set(start ? [id] : []))).get(id)!;
    const { count = 0 } = row.state as { count?: number };
    await processes.save({ ...row, status: 'running', stateVersion: 1, state: { count: count + 1 } });
  };
  const countOf = async (id: string): Promise<unknown> =>
    (await rows<{ count: unknown }>(`SELECT state->'count' AS count FROM event_store.processes WHERE id = $1`, id))[0]
      ?.count;

  it.each(['commits', 'commits without saving it', 'rolls back'])(
    'has a unit that starts a process wait for the one that was first, which %s',
    async (end) => {
      const { id } = newProcess();
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      const first = test.unitOfWork.run(async () => {
        await processes.lock('checkout', [id], new Set([id]));
        if (end === 'commits') await bump(id);
        await held;
        if (end === 'rolls back') throw new Error('planned');
      });
      await eventually(async () =>
        expect(
          await rows(`SELECT 1 FROM pg_locks WHERE relation = 'event_store.processes'::regclass AND granted`),
        ).not.toEqual([]),
      );
      let runs = 0;
      const second = test.unitOfWork.run(async () => {
        runs += 1;
        await bump(id);
      });
      await eventually(async () => expect(await waiting()).toBe(1));
      release();
      await Promise.all([first.catch(() => undefined), second]);
      expect([await countOf(id), runs]).toEqual([end === 'commits' ? 2 : 1, 1]);
    },
  );

  it('does not hand out a process that was started while the lock of another was waited for: nobody has locked it', async () => {
    const [there, started] = [newProcess().id, newProcess().id];
    await test.unitOfWork.run(() => bump(there));
    let release = (): void => undefined;
    let begun = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const hasBegun = new Promise<void>((resolve) => (begun = resolve));
    const starter = test.unitOfWork.run(async () => {
      await bump(there);
      await bump(started);
      begun();
      await held;
    });
    await hasBegun;
    const locked = test.unitOfWork.run(async () => [
      ...(await processes.lock('checkout', [there, started], new Set())).keys(),
    ]);
    await eventually(async () => expect(await waiting()).toBe(1));
    release();
    await starter;
    expect(await locked).toEqual([there]);
  });

  it('has no deadlock between units that lock overlapping processes in opposite order', async () => {
    const ids = Array.from({ length: 6 }, () => newProcess().id).sort();
    await test.unitOfWork.run(async () => {
      for (const id of ids.slice(0, 4)) await bump(id);
    });
    let runs = 0;
    const unit = (order: readonly string[]) =>
      test.unitOfWork.run(async () => {
        runs += 1;
        const locked = await processes.lock('checkout', order, new Set(order));
        await turn();
        for (const [, row] of locked) await processes.save({ ...row, status: 'running', stateVersion: 1 });
      });
    for (let round = 0; round < 100; round += 1) {
      const fresh = Array.from({ length: 2 }, () => newProcess().id);
      const all = [...ids, ...fresh];
      await Promise.all([unit(all), unit(all.toReversed()), unit(all.slice(2)), unit(all.slice(0, -1).toReversed())]);
    }
    expect(runs).toBe(400); // a deadlock would run one of them again
  }, 60_000);

  it('never commits a placeholder, whoever else commits at the same time', async () => {
    const ids = Array.from({ length: 20 }, () => newProcess().id);
    const lockOnly = () => test.unitOfWork.run(async () => void (await processes.lock('checkout', ids, new Set(ids))));
    await Promise.all([lockOnly(), test.unitOfWork.run(() => bump(ids[3]!)), lockOnly(), lockOnly()]);
    expect(await rows('SELECT id, status FROM event_store.processes WHERE id = ANY($1)', ids)).toEqual([
      { id: ids[3], status: 'running' },
    ]);
  });

  it('wakes readers of the inbound log and whoever fires timers, after the commit', async () => {
    signal.mockClear();
    const heard = () => signal.mock.calls.map(([topic]) => topic);
    await test.unitOfWork.run(async () => {
      await processes.schedule([{ ...newProcess(), timerId: randomUUID(), name: 'n', afterMs: 0, metadata }]);
      expect(heard()).toEqual([]);
    });
    expect(heard()).toEqual(['timers']);
    await processes.fireDue(10);
    expect(heard()).toEqual(['timers', 'inbound']);
    await processes.fireDue(10);
    expect(heard()).toEqual(['timers', 'inbound']);
    const one = {
      ...newProcess(),
      signalId: randomUUID(),
      kind: 'rejection' as const,
      data: { commandId: randomUUID(), commandType: 'T', commandData: {}, code: 'c', message: 'm' },
      metadata,
    };
    await processes.signal(one);
    await processes.signal(one);
    expect(heard()).toEqual(['timers', 'inbound', 'inbound']);
  });

  describe.each([0, 200, 20_000])('with %i more processes and timers', (size) => {
    beforeAll(async () => {
      if (size === 0) return;
      await test.dataSource.query(`
        INSERT INTO event_store.processes (process, id, status, state_version, state, undo)
        SELECT 'checkout', gen_random_uuid(), 'running', 1, '{}', '[]' FROM generate_series(1, ${size})`);
      await test.dataSource.query(`
        INSERT INTO event_store.process_timers (timer_id, process, process_id, name, due_at, metadata)
        SELECT gen_random_uuid(), 'checkout', 'x', 'n', now() + n * interval '1 hour', '{}' FROM generate_series(1, ${size}) n`);
      await test.dataSource.query('ANALYZE event_store.processes, event_store.process_timers');
    });

    it('reads neither table whole', async () => {
      const tables = `relname IN ('processes', 'process_timers', 'inbound_messages')`;
      const scans = `SELECT relname, seq_scan::int AS whole, idx_tup_fetch::int AS rows FROM pg_stat_xact_user_tables
                      WHERE ${tables} ORDER BY relname`;
      const fresh = newProcess().id;
      const [before, after] = await test.unitOfWork.run(async ({ db }) => {
        const unreported = await db.query<Scans[]>(scans); // of earlier transactions on this connection
        await processes.lock('checkout', [fresh, newProcess().id], new Set([fresh]));
        await processes.schedule([{ ...newProcess(), timerId: randomUUID(), name: 'n', afterMs: 0, metadata }]);
        await db.query('SET CONSTRAINTS ALL IMMEDIATE');
        await db.query('SELECT fired, next_in_ms FROM event_store.fire_due_timers(100)');
        return [unreported, await db.query<Scans[]>(scans)] as const;
      });
      const read = after.map(({ relname, whole, rows: fetched }, index) => ({
        relname,
        whole: whole - before[index]!.whole,
        few: fetched - before[index]!.rows < 20,
      }));
      const byIndex = { whole: 0, few: true };
      expect(read).toEqual([
        { relname: 'inbound_messages', ...byIndex },
        { relname: 'process_timers', ...byIndex },
        { relname: 'processes', ...byIndex },
      ]);
    });
  });
});
