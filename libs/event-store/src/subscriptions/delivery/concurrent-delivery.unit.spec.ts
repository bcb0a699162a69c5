import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  currentTransaction,
  MessageContext,
  UnavailableError,
  type LogRecord,
  type UnitOfWork,
} from '../../core/index.js';
import { intercept, labelOf, stopped, SubscriptionLab, valueOf } from '../../testing/subscription-lab.js';
import type { ConcurrentSubscription } from '../subscription.js';

const key = { name: 'calls', log: 'events' } as const;

describe('concurrent delivery', () => {
  let lab: SubscriptionLab;
  let done: string[];

  beforeEach(() => {
    lab = new SubscriptionLab();
    done = [];
  });
  afterEach(() => lab.stop());

  function concurrent(
    handle: (record: LogRecord) => void | Promise<void>,
    over: Partial<ConcurrentSubscription> = {},
  ): ConcurrentSubscription {
    return {
      ...key,
      start: 'beginning',
      delivery: 'concurrent',
      wants: () => true,
      handle: async (record) => {
        await handle(record);
        done.push(labelOf(record));
      },
      ...over,
    };
  }

  it('keeps the order of every key, works on no more keys at a time than allowed, and holds no transaction', async () => {
    let running = 0;
    let most = 0;
    for (let value = 1; value <= 30; value += 1)
      for (const stream of ['a-1', 'b-1', 'c-1', 'd-1']) await lab.append(stream, value);
    const runner = lab.runner(
      concurrent(
        async (record) => {
          expect(currentTransaction()).toBeUndefined();
          expect(MessageContext.current()?.nextChildId()).toBeDefined();
          running += 1;
          most = Math.max(most, running);
          await lab.clock.sleep(record.key === 'a-1' ? 70 : 20);
          running -= 1;
        },
        { concurrency: 3 },
      ),
    );
    await lab.clock.until(() => runner.status().position === 120n);
    expect(most).toBe(3);
    for (const stream of ['a-1', 'b-1', 'c-1', 'd-1']) {
      const ofKey = done.filter((label) => label.startsWith(stream));
      expect(ofKey).toEqual(Array.from({ length: 30 }, (_, index) => `${stream}:${index + 1}`));
    }
    expect(runner.status().handled).toBe(120);
  });

  it('lets a slow key hold no other, and keeps the checkpoint before the first record that is not done', async () => {
    let release = (): void => undefined;
    await lab.append('slow-1', 1);
    for (let value = 1; value <= 300; value += 1) await lab.append(`quick-${value % 7}`, value);
    const runner = lab.runner(
      concurrent(
        (record) => (record.key === 'slow-1' ? new Promise<void>((resolve) => (release = resolve)) : undefined),
        {
          deadlineMs: 600_000,
        },
      ),
    );
    await lab.clock.until(() => done.length === 300);
    await lab.clock.advance(1_000);
    expect(runner.status().position).toBe(0n);
    release();
    await lab.clock.until(() => runner.status().position === 301n, 1_000);
  });

  it('takes a bounded number of records while it waits for a slow one', async () => {
    let release = (): void => undefined;
    await lab.append('slow-1', 1);
    for (let batch = 0; batch < 30; batch += 1)
      await lab.append(`quick-${batch}`, ...Array.from({ length: 100 }, (_, index) => index));
    const runner = lab.runner(
      concurrent(
        (record) => (record.key === 'slow-1' ? new Promise<void>((resolve) => (release = resolve)) : undefined),
        {
          deadlineMs: 600_000,
        },
      ),
    );
    await lab.clock.until(() => done.length >= 999);
    await lab.clock.advance(5_000);
    expect(done.length).toBeLessThanOrEqual(1_200);
    release();
    await lab.clock.until(() => runner.status().position === 3_001n);
    expect(done).toHaveLength(3_001);
  });

  it('saves the checkpoint for many records at once', async () => {
    let saves = 0;
    for (let value = 1; value <= 150; value += 1) await lab.append(`a-${value}`, value);
    const checkpoints = intercept(lab.store.checkpoints, (method) => void (method === 'save' && (saves += 1)));
    const runner = lab.runner(
      concurrent(() => undefined),
      { checkpoints },
    );
    await lab.clock.until(() => runner.status().position === 150n);
    expect(saves).toBeLessThan(5);
  });

  it('sets a failing record aside with its successors, moves on past it, and retries it in order', async () => {
    let broken = true;
    const runner = lab.runner(
      concurrent(
        (record) => {
          if (broken && valueOf(record) === 'bad') throw new Error('no');
        },
        { retry: { maxAttempts: 3, firstDelayMs: 100 } },
      ),
    );
    await lab.append('a-1', 1, 'bad', 3);
    await lab.append('b-1', 1);
    await lab.clock.until(() => runner.status().parked === 1);
    await lab.append('a-1', 4);
    await lab.clock.until(() => runner.status().position === 5n);
    expect(done).toEqual(['a-1:1', 'b-1:1']);
    expect((await lab.store.parking.list()).map(({ status, attempts }) => [status, attempts])).toEqual([
      ['parked', 3],
      ['behind', 0],
      ['behind', 0],
    ]);
    broken = false;
    await lab.store.parking.replay(key, 2n);
    await lab.clock.until(() => done.length === 5, 2_000);
    await lab.append('a-1', 5);
    await lab.clock.until(() => done.length === 6);
    expect(done.slice(2)).toEqual(['a-1:bad', 'a-1:3', 'a-1:4', 'a-1:5']);
    expect(await lab.store.parking.list()).toEqual([]);
  });

  it('makes each retry once, when it is due, and lets the successors follow at once', async () => {
    const calls: { label: string; at: number }[] = [];
    const began = lab.clock.now().getTime();
    const runner = lab.runner(
      concurrent(
        async (record) => {
          calls.push({ label: labelOf(record), at: lab.clock.now().getTime() - began });
          const first = calls.length === 1;
          // The retry takes longer than the next looks at what is due.
          await lab.clock.sleep(calls.length === 2 ? 5_430 : 150);
          if (first) throw new Error('no');
        },
        { retry: { firstDelayMs: 100, maxDelayMs: 100 } },
      ),
    );
    await lab.append('a-1', 1, 2, 3, 4);
    await lab.clock.until(async () => done.length === 4 && (await lab.store.parking.list()).length === 0);
    await lab.clock.advance(5_000);
    expect(calls.map(({ label }) => label)).toEqual(['a-1:1', 'a-1:1', 'a-1:2', 'a-1:3', 'a-1:4']);
    expect(calls[1]!.at).toBeLessThan(300);
    expect(calls[4]!.at).toBeLessThan(6_050);
    expect(runner.status()).toMatchObject({ handled: 4, retried: 1, parked: 0 });
  });

  it('still knows after a restart which keys are held', async () => {
    let broken = true;
    const definition = concurrent(
      (record) => {
        if (broken && valueOf(record) === 'bad') throw new Error('no');
      },
      { retry: { maxAttempts: 1 } },
    );
    await lab.append('a-1', 'bad');
    const first = lab.runner(definition);
    await lab.clock.until(() => first.status().parked === 1);
    await stopped(first, lab.clock);
    await lab.append('a-1', 2);
    await lab.append('b-1', 1);
    const second = lab.runner(definition);
    await lab.clock.until(() => second.status().position === 3n);
    expect(done).toEqual(['b-1:1']);
    broken = false;
    await lab.store.parking.replay(key, 1n);
    await lab.clock.until(() => done.length === 3);
    expect(done).toEqual(['b-1:1', 'a-1:bad', 'a-1:2']);
  });

  it('writes one unit of work at a time, so that the checkpoint never goes back', async () => {
    let open = 0;
    let most = 0;
    const positions: bigint[] = [];
    const unitOfWork: UnitOfWork = {
      run: async (work) => {
        most = Math.max(most, (open += 1));
        await lab.clock.sleep(positions.length % 2 ? 10 : 200);
        return lab.store.unitOfWork.run(work).finally(() => (open -= 1));
      },
    };
    const { checkpoints } = lab.store;
    const save = checkpoints.save.bind(checkpoints);
    checkpoints.save = (lease, position) => {
      positions.push(position);
      return save(lease, position);
    };
    const runner = lab.runner(
      concurrent(
        (record) => {
          if (valueOf(record) === 'bad') throw new Error('no');
        },
        { retry: { maxAttempts: 1 } },
      ),
      { unitOfWork },
    );
    for (let index = 0; index < 10; index += 1) await lab.append(`a-${index}`, 1, 'bad');
    await lab.clock.until(() => runner.status().position === 20n);
    expect(runner.status().parked).toBe(10);
    expect(most).toBe(1);
    expect(positions).toEqual([...positions].sort((a, b) => Number(a - b)));
  });

  it('repeats a call whose dependency is unavailable, while the other keys go on', async () => {
    let down = true;
    await lab.append('a-1', 1, 2);
    await lab.append('b-1', 1, 2, 3);
    const runner = lab.runner(
      concurrent((record) => {
        if (down && record.key === 'a-1') throw new UnavailableError('The gateway');
      }),
    );
    await lab.clock.until(() => done.length === 3);
    await lab.clock.advance(120_000);
    expect(done).toEqual(['b-1:1', 'b-1:2', 'b-1:3']);
    expect(runner.status()).toMatchObject({ state: 'backing-off', parked: 0 });
    down = false;
    await lab.clock.until(() => runner.status().position === 5n);
    expect(done.slice(3)).toEqual(['a-1:1', 'a-1:2']);
    expect(runner.status()).toMatchObject({ state: 'running', lastError: undefined });
    expect(await lab.store.parking.list()).toEqual([]);
  });

  it('does not take up again what was discarded, where a restart finds the checkpoint before it; what else was parked stays so', async () => {
    let [isDown, isBroken] = [true, true];
    const definition = concurrent(
      (record) => {
        if (isDown && record.key === 'a-1') throw new UnavailableError('The gateway');
        if (isBroken && valueOf(record) === 'bad') throw new Error('no');
      },
      { retry: { maxAttempts: 1 } },
    );
    await lab.append('a-1', 1);
    await lab.append('b-1', 'bad', 2);
    await lab.append('c-1', 'bad');
    const first = lab.runner(definition);
    await lab.clock.until(() => first.status().parked === 2);
    expect(await lab.store.parking.discard(key, 2n)).toBe(true);
    await lab.clock.until(() => done.length === 1);
    await stopped(first, lab.clock);
    expect(first.status().position).toBe(0n);
    [isDown, isBroken] = [false, false];
    const second = lab.runner(definition);
    await lab.clock.until(() => second.status().position === 4n);
    expect(done.filter((label) => label.startsWith('b-1'))).not.toContain('b-1:bad');
    expect(done).toContain('a-1:1');
    expect(done).not.toContain('c-1:bad');
    expect((await lab.store.parking.list()).map(({ position }) => position)).toEqual([4n]);
  });

  it('does not handle what is discarded between the look at its key and its turn', async () => {
    const definition = concurrent(
      (record) => {
        if (record.key === 'a-1' && done.length === 0) throw new UnavailableError('The gateway');
        if (valueOf(record) === 'bad') throw new Error('no');
      },
      { retry: { maxAttempts: 1 } },
    );
    await lab.append('a-1', 1);
    await lab.append('b-1', 'bad');
    const first = lab.runner(definition);
    await lab.clock.until(() => first.status().parked === 1);
    await stopped(first, lab.clock);
    done.push('the gateway is back');
    const { parking } = lab.store;
    const heldKeys = parking.heldKeys.bind(parking);
    let looks = 0;
    parking.heldKeys = async (...asked) => {
      const held = await heldKeys(...asked);
      if ((looks += 1) === 1) await parking.discard(key, 2n);
      return held;
    };
    const second = lab.runner(
      concurrent(() => undefined),
      { parking },
    );
    await lab.clock.until(() => second.status().position === 2n);
    expect(looks).toBeGreaterThan(1);
    expect(done).toEqual(['the gateway is back', 'a-1:1']);
  });

  it('sets aside a call that hangs, at its deadline, and ignores what comes of it later', async () => {
    let late = (): void => undefined;
    await lab.append('a-1', 'hangs');
    await lab.append('b-1', 1);
    const runner = lab.runner(
      concurrent(
        (record) => (valueOf(record) === 'hangs' ? new Promise<void>((resolve) => (late = resolve)) : undefined),
        {
          deadlineMs: 5_000,
          retry: { maxAttempts: 1 },
        },
      ),
    );
    await lab.clock.until(() => runner.status().position === 2n);
    late();
    await lab.clock.advance(1_000);
    expect(runner.status()).toMatchObject({ handled: 1, parked: 1 });
    expect((await lab.store.parking.list())[0]?.reason).toContain('ES-1304');
  });

  it('finishes the calls in hand when it is stopped, begins no other, saves and gives its lease back', async () => {
    const finish: (() => void)[] = [];
    await lab.append('a-1', 1, 2);
    await lab.append('b-1', 1, 2);
    const runner = lab.runner(concurrent(() => new Promise<void>((resolve) => finish.push(resolve))));
    await lab.clock.until(() => finish.length === 2);
    const ended = runner.stop();
    await lab.clock.advance(500);
    for (const resolve of finish) resolve();
    await ended;
    expect(done).toEqual(['a-1:1', 'b-1:1']);
    // Position 2 is not done, so the checkpoint stays before it although position 3 is: at least once.
    expect((await lab.store.checkpoints.list())[0]).toMatchObject({ owner: undefined, cursor: { position: 1n } });
  });

  it('does not wait longer than the drain for a call that hangs', async () => {
    await lab.append('a-1', 1);
    let called = false;
    const runner = lab.runner(
      concurrent(() => {
        called = true;
        return new Promise<void>(() => undefined);
      }),
      { drainMs: 2_000 },
    );
    await lab.clock.until(() => called);
    const began = lab.clock.now().getTime();
    await stopped(runner, lab.clock);
    expect(lab.clock.now().getTime() - began).toBeLessThanOrEqual(3_000);
    expect((await lab.store.checkpoints.list())[0]).toMatchObject({ owner: undefined, cursor: { position: 0n } });
  });

  it('loses nothing and keeps the order of every key wherever a store fails once', { timeout: 60_000 }, async () => {
    let last = Infinity;
    for (let failAt = 1; failAt <= Math.min(last, 80); failAt += 1) {
      lab = new SubscriptionLab();
      done = [];
      last = 0;
      const check = (method: string): void => {
        if (method !== 'changed' && (last += 1) === failAt) throw new UnavailableError('The database');
      };
      let hiccups = 0;
      const runner = lab.runner(
        concurrent(
          (record) => {
            if (valueOf(record) === 2 && (hiccups += 1) < 3) throw new Error('again');
          },
          { retry: { maxAttempts: 20 } },
        ),
        {
          checkpoints: intercept(lab.store.checkpoints, check),
          parking: intercept(lab.store.parking, check),
          unitOfWork: intercept(lab.store.unitOfWork, check),
        },
      );
      for (let value = 1; value <= 4; value += 1) {
        await lab.append('a-1', value);
        await lab.append('b-1', value + 10);
      }
      await lab.clock.until(
        async () => runner.status().position === 8n && (await lab.store.parking.list()).length === 0,
      );
      for (const [stream, values] of Object.entries({ 'a-1': [1, 2, 3, 4], 'b-1': [11, 12, 13, 14] })) {
        const ofKey = done.filter((label) => label.startsWith(stream));
        // A repeat may go back to an earlier record, but nothing is ever jumped over.
        const numbers = ofKey.map((label) => Number(label.split(':')[1]));
        const jumps = numbers.filter(
          (value, index) => value > Math.max(values[0]! - 1, ...numbers.slice(0, index)) + 1,
        );
        expect({ failAt, jumps, last: Math.max(...numbers) }).toEqual({ failAt, jumps: [], last: values.at(-1) });
      }
      await lab.stop();
    }
    expect(last).toBeGreaterThan(15);
  });
});
