import { afterEach, describe, expect, it, vi } from 'vitest';
import { isStillAhead, systemClock } from './clock.js';

afterEach(() => {
  vi.useRealTimers();
});

describe('a time ahead', () => {
  it('is still to come until it is there, and not where the clock was put back since', () => {
    const clockAt = (ms: number) => ({ ...systemClock, now: () => new Date(ms) });
    expect([1_000, 1_999, 2_000].map((ms) => isStillAhead(2_000, 1_000, clockAt(ms)))).toEqual([true, true, false]);
    expect(isStillAhead(2_000, 1_000, clockAt(2_000 - 3_600_000))).toBe(false);
  });
});

describe('the system clock', () => {
  it('ends a sleep after its time', async () => {
    vi.useFakeTimers();
    let awake = false;
    const sleeping = systemClock.sleep(1000).then(() => (awake = true));
    await vi.advanceTimersByTimeAsync(999);
    expect(awake).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await sleeping;
    expect(awake).toBe(true);
  });

  it('ends a sleep at once when the signal aborts, and leaves no timer', async () => {
    vi.useFakeTimers();
    const stop = new AbortController();
    const sleeping = systemClock.sleep(1000, stop.signal);
    stop.abort();
    await sleeping;
    await systemClock.sleep(1000, stop.signal);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('calls back once, unless it is cancelled', () => {
    vi.useFakeTimers();
    const calls: string[] = [];
    systemClock.after(10, () => calls.push('kept'));
    systemClock.after(10, () => calls.push('cancelled'))();
    vi.advanceTimersByTime(100);
    expect(calls).toEqual(['kept']);
  });
});
