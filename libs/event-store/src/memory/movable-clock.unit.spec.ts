import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MovableClock } from './movable-clock.js';

describe('a movable clock', () => {
  let clock: MovableClock;
  let seen: string[];
  const note = (what: string) => () => void seen.push(what);

  beforeEach(() => {
    vi.useFakeTimers();
    clock = new MovableClock();
    seen = [];
  });
  afterEach(() => void vi.useRealTimers());

  it('flows like the machine’s', async () => {
    const start = clock.now().getTime();
    clock.after(100, note('later'));
    const slept = clock.sleep(200).then(note('slept'));
    await vi.advanceTimersByTimeAsync(99);
    expect(seen).toEqual([]);
    await vi.advanceTimersByTimeAsync(101);
    await slept;
    expect(seen).toEqual(['later', 'slept']);
    expect(clock.now().getTime() - start).toBe(200);
  });

  it('can be moved on: what falls due on the way happens at once, in its order, and the rest that much earlier', async () => {
    const start = clock.now().getTime();
    clock.after(3_000, note('third'));
    clock.after(2_000, note('second'));
    clock.after(1_000, note('first'));
    clock.advance(2_500);
    expect(seen).toEqual(['first', 'second']);
    expect(clock.now().getTime() - start).toBe(2_500);
    await vi.advanceTimersByTimeAsync(499);
    expect(seen).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(seen).toEqual(['first', 'second', 'third']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('calls nothing that was called off, and nothing twice', async () => {
    const cancel = clock.after(1_000, note('cancelled'));
    clock.after(500, cancel);
    const stop = new AbortController();
    const slept = clock.sleep(1_000, stop.signal);
    stop.abort();
    await slept;
    await clock.sleep(5, stop.signal);
    clock.advance(2_000);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(seen).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits for what is further away than a timer can reach', async () => {
    clock.after(2 ** 31 + 10, note('next month'));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(seen).toEqual([]);
    clock.advance(2 ** 31);
    expect(seen).toEqual(['next month']);
  });
});
