import { beforeEach, describe, expect, it } from 'vitest';
import { UnavailableError, type LogCursor, type LogRecord, type SettledLog } from '../../core/index.js';
import { ManualClock } from '../../testing/manual-clock.js';
import { intercept, SubscriptionLab, transactional, valueOf } from '../../testing/subscription-lab.js';
import { LiveTail } from './live-tail.js';

describe('the live tail', () => {
  let lab: SubscriptionLab;
  let reads: number;
  let log: SettledLog;
  let tail: LiveTail;
  const options = { capacity: 20, readLimit: 10 };

  beforeEach(() => {
    lab = new SubscriptionLab();
    reads = 0;
    log = intercept<SettledLog>(lab.store.logs.events, (method) => void (method === 'readPage' && (reads += 1)));
    tail = new LiveTail(log, lab.clock, options);
  });

  async function append(count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) await lab.append('a-1', index);
    await news();
  }

  /** Until word of what was appended has reached the tail. */
  function news(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  async function readAll(from: LogCursor, limit = 7): Promise<{ positions: bigint[]; cursor: LogCursor }> {
    const positions: bigint[] = [];
    let cursor = from;
    for (;;) {
      const records = await tail.next(cursor, limit);
      if (records.length === 0) return { positions, cursor };
      positions.push(...records.map(({ position }) => position));
      cursor = { epoch: cursor.epoch, position: positions.at(-1)! };
    }
  }

  function upTo(count: number): bigint[] {
    return Array.from({ length: count }, (_, index) => BigInt(index + 1));
  }

  it('keeps what is encrypted as it is stored, and opens it each time it is handed on', async () => {
    const asStored = lab.store.logs.events;
    let forgotten = false;
    const opening = Object.assign(Object.create(asStored) as SettledLog, {
      encrypted: asStored,
      decrypted: (records: readonly LogRecord[]) =>
        Promise.resolve(records.map((record) => ({ ...record, data: { value: forgotten ? 'erased' : 'plain' } }))),
    });
    tail = new LiveTail(opening, lab.clock, options);
    const start = await asStored.beginning();
    await append(1);
    expect((await tail.next(start, 5)).map(valueOf)).toEqual(['plain']);
    forgotten = true;
    expect((await tail.next(start, 5)).map(valueOf)).toEqual(['erased']); // from memory: it was read once
  });

  it('reads the log once for all who are at the head', async () => {
    const start = await log.beginning();
    await tail.next(start, 5);
    await append(4);
    reads = 0;
    const results = await Promise.all([tail.next(start, 5), tail.next(start, 2), tail.next(start, 5)]);
    expect(results.map((records) => records.length)).toEqual([4, 2, 4]);
    expect((await tail.next({ ...start, position: 2n }, 5)).map(({ position }) => position)).toEqual([3n, 4n]);
    expect(reads).toBe(1);
  });

  it('does not ask again before something has changed: all who come to the head are told that there is nothing', async () => {
    await append(3);
    const { cursor } = await readAll(await log.beginning());
    reads = 0;
    expect(await Promise.all([tail.next(cursor, 5), tail.next(cursor, 5)])).toEqual([[], []]);
    expect(reads).toBe(0);
    await append(1);
    expect(await tail.next(cursor, 5)).toHaveLength(1);
    expect(reads).toBe(1);
  });

  it('does not ask behind a page that was the end, before something has changed', async () => {
    const { cursor } = await readAll(await log.beginning());
    await append(3);
    reads = 0;
    const { cursor: end } = await readAll(cursor, 10);
    expect(reads).toBe(1);
    await append(1);
    expect(await tail.next(end, 5)).toHaveLength(1);
  });

  it('asks behind a page that is not known for the end', async () => {
    const { cursor } = await readAll(await log.beginning());
    await append(10); // as many as one read takes
    reads = 0;
    await readAll(cursor, 10);
    expect(reads).toBe(2);
  });

  it('asks when something came while the page was read', async () => {
    const own = Object.create(log) as SettledLog;
    let late = 1;
    own.readPage = async (after, limit) => {
      const page = await log.readPage(after, limit);
      if (late-- === 1) await lab.append('b-1', 99);
      return page;
    };
    tail = new LiveTail(own, lab.clock, options);
    await append(3);
    const { positions } = await readAll(await log.beginning(), 10);
    await news();
    const more = await tail.next({ ...(await log.beginning()), position: positions.at(-1)! }, 5);
    expect([...positions, ...more.map(({ position }) => position)]).toEqual(upTo(4));
  });

  it('asks for who is ahead of all that was known, although the end of that was', async () => {
    const start = await log.beginning();
    await append(3);
    await readAll(start, 10);
    await lab.append('a-1', 3, 4); // and nobody has heard of it
    expect(await tail.next({ ...start, position: 4n }, 5)).toHaveLength(1);
    await news();
    await append(1);
    expect(await tail.next({ ...start, position: 5n }, 5)).toHaveLength(1);
  });

  it('asks again after a while when no news comes', async () => {
    const deaf = Object.assign(Object.create(log) as SettledLog, {
      changed: (ms: number, signal: AbortSignal) => lab.clock.sleep(ms, signal),
    });
    tail = new LiveTail(deaf, lab.clock, { ...options, pollMs: 1_000 });
    const { cursor } = await readAll(await log.beginning());
    await append(1);
    expect(await tail.next(cursor, 5)).toEqual([]);
    await lab.clock.advance(1_000);
    expect(await tail.next(cursor, 5)).toHaveLength(1);
  });

  it('gives every reader every record once and in order, wherever it stands and however large the log', async () => {
    await append(75);
    const start = await log.beginning();
    expect((await readAll(start)).positions).toEqual(upTo(75));
    expect((await readAll({ ...start, position: 70n })).positions).toEqual(upTo(75).slice(70));
    expect((await readAll({ ...start, position: 3n }, 50)).positions).toEqual(upTo(75).slice(3));
    const [slow, fast] = await Promise.all([readAll(start, 1), readAll(start, 30)]);
    expect(slow.positions).toEqual(upTo(75));
    expect(fast.positions).toEqual(upTo(75));
  });

  it('keeps a bounded number of records, and lets whoever is behind them read for itself', async () => {
    const start = await log.beginning();
    let { cursor } = await readAll(start);
    for (let round = 0; round < 10; round += 1) {
      await append(10);
      ({ cursor } = await readAll(cursor));
    }
    reads = 0;
    await tail.next({ ...start, position: 90n }, 10);
    expect(reads).toBe(0); // in memory
    await tail.next({ ...start, position: 10n }, 10);
    expect(reads).toBe(1); // not any more
    await tail.next({ ...start, position: 90n }, 10);
    expect(reads).toBe(1); // and the others kept what they had
  });

  it('keeps a bounded number of bytes: large records are forgotten sooner, and still reach everybody', async () => {
    tail = new LiveTail(log, lab.clock, { capacity: 20, readLimit: 4, capacityBytes: 4_000 });
    const start = await log.beginning();
    let { cursor } = await readAll(start);
    for (let round = 0; round < 4; round += 1) {
      for (let index = 0; index < 4; index += 1) await lab.append('a-1', 'x'.repeat(700));
      await news();
      ({ cursor } = await readAll(cursor));
    }
    expect(cursor.position).toBe(16n);
    reads = 0;
    await tail.next({ ...start, position: 13n }, 10);
    expect(reads).toBe(0); // 2,100 bytes, in memory
    await tail.next({ ...start, position: 8n }, 10);
    expect(reads).toBe(1); // not any more, although it would be within the 20 records
    await lab.append('a-1', 'x'.repeat(9_000), 1); // larger than all that is kept
    await news();
    expect((await readAll(cursor)).positions).toEqual([17n, 18n]);
    expect((await readAll(start)).positions).toEqual(upTo(18));
  });

  it('forgets everything after an error, and tells everybody who waited for it', async () => {
    let down = false;
    tail = new LiveTail(
      intercept<SettledLog>(log, (method) => {
        if (down && method === 'readPage') throw new UnavailableError('The database');
      }),
      lab.clock,
      options,
    );
    await append(5);
    const start = await log.beginning();
    const { cursor } = await readAll(start);
    await append(1);
    down = true;
    const outcomes = await Promise.allSettled([tail.next(cursor, 5), tail.next(cursor, 5)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(tail.next({ ...start, position: 4n }, 5)).rejects.toThrow(UnavailableError);
    down = false;
    expect((await readAll(start)).positions).toEqual(upTo(6));
  });

  it('does not miss a write between a read that found nothing and the wait that follows', async () => {
    let [written, heard] = [0, 0];
    let wake = (): void => undefined;
    const records: LogRecord[] = [];
    const clock = new ManualClock();
    const bare: SettledLog = {
      name: 'events',
      beginning: () => Promise.resolve({ epoch: 'e', position: 0n }),
      head: () => Promise.resolve({ epoch: 'e', position: 0n }),
      readAt: () => Promise.resolve(undefined),
      read: () => Promise.resolve(records),
      async readPage() {
        heard = written;
        return { records: [...records], isEnd: true };
      },
      changed: () => (written > heard ? Promise.resolve() : new Promise<void>((resolve) => (wake = resolve))),
      heldBack: () => Promise.resolve(undefined),
    };
    tail = new LiveTail(bare, clock);
    const start = await bare.beginning();
    expect(await tail.next(start, 5)).toEqual([]);
    written += 1; // somebody writes now, before anybody waits
    wake();
    await new Promise(setImmediate);
    let woken = false;
    void tail.changed(start, 60_000, new AbortController().signal).then(() => (woken = true));
    await clock.until(() => woken, 0);
    expect(await tail.next(start, 5)).toEqual([]);
    woken = false;
    void tail.changed(start, 60_000, new AbortController().signal).then(() => (woken = true));
    await clock.advance(59_000);
    expect(woken).toBe(false); // nothing new since that read
    await clock.until(() => woken, 1_000);
  });

  it('ends a wait when its signal aborts', async () => {
    const start = await log.beginning();
    await tail.next(start, 5);
    const stop = new AbortController();
    let woken = false;
    void tail.changed(start, 60_000, stop.signal).then(() => (woken = true));
    await lab.clock.advance(500);
    expect(woken).toBe(false);
    stop.abort();
    await lab.clock.until(() => woken, 0);
  });

  it('lets a subscription that hangs in its handler slow no other', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const [slow, fast]: unknown[][] = [[], []];
    const shared = { tail: new LiveTail(log, lab.clock, options), batchSize: 5 };
    lab.runner(
      transactional(
        async (record) => {
          await gate;
          slow!.push(valueOf(record));
        },
        { name: 'slow', deadlineMs: 600_000 },
      ),
      shared,
    );
    lab.runner(
      transactional((record) => void fast!.push(valueOf(record)), { name: 'fast' }),
      shared,
    );
    for (let round = 0; round < 10; round += 1) {
      await append(10);
      await lab.clock.until(() => fast!.length === (round + 1) * 10, 1_000);
    }
    expect(slow).toEqual([]);
    release();
    await lab.clock.until(() => slow!.length === 100);
    expect(slow).toEqual(fast);
    await lab.stop();
  });
});
