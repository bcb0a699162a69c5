import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  currentTransaction,
  InvalidRequestError,
  LeaseLostError,
  MessageContext,
  outsideTransaction,
  systemIds,
  UnitOfWorkRolledBackError,
  WrongExpectedVersionError,
  type AppendRequest,
  type Clock,
} from '../core/index.js';
import { createMemoryStore } from './create-memory-store.js';

const metadata = { correlationId: 'c' };
const one = (stream: string, over: Partial<AppendRequest> = {}): AppendRequest => ({
  stream,
  expected: 'any',
  events: [{ id: systemIds.next(), type: 'thing.done', schemaVersion: 1, data: { nested: { n: 1 } }, metadata }],
  ...over,
});
const signal = new AbortController().signal;

/** Resolves when the returned function is called. */
function gate(): { open: () => void; opened: Promise<void> } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

/** A clock that stands still until it is moved; sleeping ends only with the signal. */
function stillClock(): Clock & { move(ms: number): void } {
  let now = Date.parse('2026-01-01T00:00:00Z');
  return {
    now: () => new Date(now),
    move: (ms) => void (now += ms),
    sleep: (_ms, abort) =>
      new Promise((resolve) => (abort?.aborted ? resolve() : abort?.addEventListener('abort', () => resolve()))),
    after: () => () => undefined,
  };
}

describe('units of work in memory', () => {
  it('run side by side, and what one writes is seen by nobody else before its commit', async () => {
    const { events, unitOfWork } = createMemoryStore();
    const { open, opened } = gate();
    const slow = unitOfWork.run(async () => {
      await events.append(one('a-1'));
      expect(await events.streamVersion('a-1')).toBe(1);
      expect(await outsideTransaction(() => events.streamVersion('a-1'))).toBe(0);
      await opened;
    });
    await events.append(one('b-1'));
    expect(await events.streamVersion('a-1')).toBe(0);
    open();
    await slow;
    expect(await events.streamVersion('a-1')).toBe(1);
  });

  it('leave nothing behind when they fail, but a gap in the positions', async () => {
    const { events, unitOfWork, outgoing, logs, database } = createMemoryStore();
    const failing = unitOfWork.run(async () => {
      await events.append(one('a-1'));
      await outgoing.append([{ id: systemIds.next(), key: 'k', type: 'T', data: {}, metadata }]);
      database.table<number>('model').set('a', 1);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await events.readStream('a-1')).toEqual([]);
    expect(await logs.outgoing.read(await logs.outgoing.beginning(), 10)).toEqual([]);
    expect(database.table('model').all()).toEqual([]);
    expect((await events.append(one('a-1'))).position).toBe(2n);
  });

  it('roll back when a conflict inside was swallowed', async () => {
    const { events, unitOfWork } = createMemoryStore();
    const swallowing = unitOfWork.run(async () => {
      await events.append(one('a-1'));
      await events.append(one('b-1', { expected: 7 })).catch(() => undefined);
    });
    await expect(swallowing).rejects.toThrow(UnitOfWorkRolledBackError);
    expect(await events.streamVersion('a-1')).toBe(0);
  });

  it('roll back when an inner unit failed and the outer swallowed it', async () => {
    const { events, unitOfWork } = createMemoryStore();
    const swallowing = unitOfWork.run(async () => {
      await events.append(one('a-1'));
      await unitOfWork.run(() => Promise.reject(new Error('inner'))).catch(() => undefined);
    });
    await expect(swallowing).rejects.toThrow(UnitOfWorkRolledBackError);
    expect(await events.streamVersion('a-1')).toBe(0);
  });

  it('decide and send under the same ids when they run again', async () => {
    const { database, unitOfWork } = createMemoryStore();
    const context = new MessageContext({ correlationId: 'c', seed: 'cause' });
    const rows = database.table<number>('rows');
    const seen: unknown[] = [];
    await MessageContext.run(context, () =>
      unitOfWork.run(() => {
        seen.push([context.nextStep('a-1'), context.nextChildId()]);
        rows.set('row', seen.length);
        if (seen.length === 1) outsideTransaction(() => rows.set('row', 0));
        return Promise.resolve();
      }),
    );
    expect(seen).toEqual([seen[0], seen[0]]);
    expect(context.nextStep('a-1')).toBe(1);
  });

  it('run again when another writer was first, and then see what it wrote', async () => {
    const { events, unitOfWork } = createMemoryStore();
    const { open, opened } = gate();
    const seen: number[] = [];
    const loser = unitOfWork.run(async () => {
      seen.push(await events.streamVersion('a-1'));
      const result = events.append(one('a-1', { expected: 'no-stream' }));
      await opened;
      return result;
    });
    await nextTurn();
    await events.append(one('a-1', { expected: 'no-stream' }));
    open();
    await expect(loser).rejects.toThrow(WrongExpectedVersionError);
    expect(seen).toEqual([0, 1]);
    expect(await events.streamVersion('a-1')).toBe(1);
  });

  it('refuse a call on another database', async () => {
    const [here, there] = [createMemoryStore(), createMemoryStore()];
    const across = here.unitOfWork.run(() => there.events.append(one('a-1')));
    await expect(across).rejects.toThrow(InvalidRequestError);
  });

  it('tell the caller once it is durable', async () => {
    const { unitOfWork } = createMemoryStore();
    const told: string[] = [];
    await unitOfWork.run(async () => {
      currentTransaction()!.onCommit(() => told.push('committed'));
      expect(told).toEqual([]);
    });
    expect(told).toEqual(['committed']);
  });
});

describe('a log in memory', () => {
  it('holds back what lies above a position that may still appear', async () => {
    const { events, unitOfWork, logs } = createMemoryStore();
    const start = await logs.events.beginning();
    const { open, opened } = gate();
    const slow = unitOfWork.run(async () => {
      await events.append(one('slow-1'));
      await opened;
    });
    await events.append(one('fast-1'));
    expect(await logs.events.read(start, 10)).toEqual([]);
    let head: bigint | undefined;
    const reachingHead = logs.events.head().then((cursor) => (head = cursor.position));
    await nextTurn();
    expect(head).toBeUndefined();
    open();
    await slow;
    expect((await logs.events.read(start, 10)).map(({ key }) => key)).toEqual(['slow-1', 'fast-1']);
    expect(await reachingHead).toBe(2n);
  });

  it('wakes a reader at a commit, also at one between its last read and its waiting', async () => {
    const { events, logs } = createMemoryStore({ clock: stillClock() });
    const waiting = logs.events.changed(1000, signal);
    await events.append(one('a-1'));
    await waiting;
    await logs.events.changed(1000, signal); // nobody has read it yet
    const { epoch } = await logs.events.beginning();
    expect(await logs.events.read({ epoch, position: 1n }, 10)).toEqual([]);
    const stop = new AbortController();
    let woken = false;
    const quiet = logs.events.changed(1000, stop.signal).then(() => (woken = true));
    await nextTurn();
    expect(woken).toBe(false);
    stop.abort();
    await quiet;
  });

  it('gives every reader data of its own', async () => {
    const { events, logs } = createMemoryStore();
    await events.append(one('a-1'));
    const [record] = await logs.events.read(await logs.events.beginning(), 1);
    (record!.data as { nested: { n: number } }).nested.n = 2;
    expect((await logs.events.readAt(1n))!.data).toEqual({ nested: { n: 1 } });
    expect((await events.readStream('a-1'))[0]!.data).toEqual({ nested: { n: 1 } });
  });

  it('refuses a cursor of another epoch and one beyond its end', async () => {
    const { logs, database } = createMemoryStore();
    const start = await logs.events.beginning();
    await expect(logs.events.read({ ...start, position: 1n }, 1)).rejects.toMatchObject({ code: 'ES-1303' });
    database.epoch = 'restored';
    await expect(logs.events.read(start, 1)).rejects.toMatchObject({ code: 'ES-1302' });
  });
});

describe('a lease in memory', () => {
  const key = { name: 'summary', log: 'events' } as const;

  it('passes on when it expires, and fences the unit of the former holder', async () => {
    const clock = stillClock();
    const { checkpoints, logs, unitOfWork, events } = createMemoryStore({ clock });
    const first = (await checkpoints.acquire(key, 'one', 1000, () => logs.events.beginning()))!;
    expect(await checkpoints.acquire(key, 'two', 1000, () => logs.events.beginning())).toBeUndefined();
    const zombie = unitOfWork.run(async () => {
      await events.append(one('effect-1'));
      clock.move(1000);
      const second = await outsideTransaction(() =>
        checkpoints.acquire(key, 'two', 1000, () => logs.events.beginning()),
      );
      expect(second!.epoch).toBe(first.epoch + 1n);
      await checkpoints.save(first, 5n);
    });
    await expect(zombie).rejects.toThrow(LeaseLostError);
    expect(await events.streamVersion('effect-1')).toBe(0);
    expect(await checkpoints.renew(first, 1000)).toBe(false);
  });

  it('fences a unit that has saved but not committed when the lease changes hands', async () => {
    const clock = stillClock();
    const { checkpoints, logs, unitOfWork } = createMemoryStore({ clock });
    const first = (await checkpoints.acquire(key, 'one', 1000, () => logs.events.beginning()))!;
    const { open, opened } = gate();
    const zombie = unitOfWork.run(async () => {
      await checkpoints.save(first, 5n);
      await opened;
    });
    clock.move(1000);
    await checkpoints.acquire(key, 'two', 1000, () => logs.events.beginning());
    open();
    await expect(zombie).rejects.toThrow(LeaseLostError);
    expect(await checkpoints.list()).toMatchObject([{ owner: 'two', cursor: { position: 0n } }]);
  });

  it('is renewed without disturbing the unit that moves the checkpoint', async () => {
    const { checkpoints, logs, unitOfWork } = createMemoryStore();
    const lease = (await checkpoints.acquire(key, 'one', 1000, () => logs.events.beginning()))!;
    let runs = 0;
    await unitOfWork.run(async () => {
      runs += 1;
      await checkpoints.save(lease, 5n);
      expect(await outsideTransaction(() => checkpoints.renew(lease, 1000))).toBe(true);
    });
    expect(runs).toBe(1);
    await checkpoints.release(lease);
    const next = await checkpoints.acquire(key, 'two', 1000, () => logs.events.beginning());
    expect(next).toMatchObject({ epoch: 2n, cursor: { position: 5n } });
  });
});
