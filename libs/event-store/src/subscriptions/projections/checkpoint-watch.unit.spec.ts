import { beforeEach, describe, expect, it } from 'vitest';
import { UnavailableError } from '../../core/index.js';
import { ManualClock } from '../../testing/manual-clock.js';
import { CheckpointWatch } from './checkpoint-watch.js';
import { TooManyWaitingError } from './waiting-errors.js';

describe('a checkpoint watch', () => {
  let clock: ManualClock;
  let stored: Map<string, bigint>;
  let questions: string[][];
  let outage: Error | undefined;
  let watch: CheckpointWatch;
  const ended: string[] = [];
  const wait = (name: string, position: bigint, timeoutMs = 1_000, signal?: AbortSignal): void =>
    void watch.reach([name], position, { timeoutMs, signal }).then(
      (at) => ended.push(`${name} ${at}`),
      (error: Error) => ended.push(error.name),
    );

  beforeEach(() => {
    clock = new ManualClock();
    stored = new Map();
    questions = [];
    outage = undefined;
    ended.length = 0;
    const positions = (_log: string, names: readonly string[]) => {
      questions.push([...names]);
      return outage ? Promise.reject(outage) : Promise.resolve(new Map(stored));
    };
    watch = new CheckpointWatch({ checkpoints: { positions }, clock, pollMs: 50, maxWaiting: 3 });
  });

  it('is woken at once by a move of this process, without another question', async () => {
    wait('a', 5n);
    await clock.advance(0);
    watch.moved('a', 4n);
    await clock.advance(0);
    expect(ended).toEqual([]);
    watch.moved('a', 5n);
    await clock.advance(0);
    expect([ended, questions]).toEqual([['a 5'], [['a']]]);
    wait('a', 3n);
    await clock.advance(60_000);
    expect([ended, questions.length]).toEqual([['a 5', 'a 5'], 1]);
  });

  it('asks one question for all who wait for checkpoints that others move, and none when nobody waits', async () => {
    wait('a', 5n);
    wait('a', 6n);
    wait('b', 1n);
    await clock.advance(100);
    expect(questions.at(-1)).toEqual(['a', 'b']);
    expect(questions.length).toBeLessThanOrEqual(3);
    stored.set('a', 6n).set('b', 1n);
    await clock.advance(50);
    expect(ended).toEqual(['a 6', 'a 6', 'b 1']);
    const asked = questions.length;
    await clock.advance(60_000);
    expect(questions.length).toBe(asked);
    wait('b', 2n, 10);
    await clock.advance(10);
    expect(questions.length).toBe(asked + 1);
  });

  it('waits for the lowest of several', async () => {
    void watch.reach(['a', 'b'], 5n).then((at) => ended.push(String(at)));
    await clock.advance(0);
    watch.moved('a', 9n);
    stored.set('b', 4n);
    await clock.advance(100);
    expect(ended).toEqual([]);
    stored.set('b', 7n);
    await clock.advance(100);
    expect(ended).toEqual(['7']);
  });

  it('says how far it came when the time is up, or the caller has gone; also while the store does not answer', async () => {
    stored.set('a', 2n);
    wait('a', 5n, 200);
    const caller = new AbortController();
    wait('b', 5n, 60_000, caller.signal);
    await clock.advance(100);
    outage = new Error('down');
    await clock.advance(100);
    expect(ended).toEqual(['a 2']);
    caller.abort();
    await clock.advance(0);
    expect(ended).toEqual(['a 2', 'b 0']);
    outage = undefined;
    wait('a', 2n);
    await clock.advance(50);
    expect(ended.at(-1)).toBe('a 2');
  });

  it('refuses more than may wait, but not those who need not', async () => {
    for (let n = 0; n < 3; n += 1) wait('a', 5n);
    await expect(watch.reach(['a'], 5n)).rejects.toThrow(TooManyWaitingError);
    watch.moved('b', 5n);
    expect(await watch.reach(['b'], 5n)).toBe(5n);
    await clock.advance(1_000);
    expect([watch.waiting, ended.length]).toEqual([0, 3]);
  });

  it('asks whether somebody may wait only where it does not end at once, and tells when it has ended', async () => {
    const told: string[] = [];
    const admit = (): (() => void) => (told.push('begun'), () => told.push('ended'));
    watch.moved('a', 5n);
    await watch.reach(['a'], 5n, { admit });
    expect(told).toEqual([]);
    const waiting = watch.reach(['a'], 6n, { admit });
    expect(told).toEqual(['begun']);
    watch.moved('a', 6n);
    await waiting;
    const late = watch.reach(['a'], 7n, { admit, timeoutMs: 100 });
    await clock.advance(100);
    await late;
    expect(told).toEqual(['begun', 'ended', 'begun', 'ended']);
    const refuse = (): never => {
      throw new TooManyWaitingError(3);
    };
    await expect(watch.reach(['a'], 7n, { admit: refuse })).rejects.toThrow(TooManyWaitingError);
    expect(watch.waiting).toBe(0);
  });

  it('lets nobody wait for a process that stops', async () => {
    wait('a', 5n);
    watch.close();
    await clock.advance(0);
    expect(ended).toEqual([UnavailableError.name]);
    await expect(watch.reach(['a'], 5n)).rejects.toThrow(UnavailableError);
  });
});
