import { afterEach, describe, expect, it, vi } from 'vitest';
import { contentHash, deterministicId, isStillAhead, systemClock, systemIds } from './clock.js';

const uuid = (version: number) =>
  new RegExp(`^[0-9a-f]{8}-[0-9a-f]{4}-${version}[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`);

afterEach(() => {
  vi.useRealTimers();
});

describe('a new id', () => {
  it('is a UUIDv7 and no other one', () => {
    const ids = Array.from({ length: 1000 }, () => systemIds.next());
    expect(ids.every((id) => uuid(7).test(id))).toBe(true);
    expect(new Set(ids).size).toBe(1000);
  });

  it('carries its millisecond and sorts by it', () => {
    vi.useFakeTimers();
    const times = [0, 1, 255, 1_767_225_600_000, 1_767_225_600_001, 2 ** 48 - 1];
    const ids = times.map((time) => {
      vi.setSystemTime(time);
      return systemIds.next();
    });
    expect(ids.map((id) => Number.parseInt(id.replace('-', '').slice(0, 12), 16))).toEqual(times);
    expect([...ids].sort()).toEqual(ids);
  });
});

describe('a time ahead', () => {
  it('is still to come until it is there, and not where the clock was put back since', () => {
    const clockAt = (ms: number) => ({ ...systemClock, now: () => new Date(ms) });
    expect([1_000, 1_999, 2_000].map((ms) => isStillAhead(2_000, 1_000, clockAt(ms)))).toEqual([true, true, false]);
    expect(isStillAhead(2_000, 1_000, clockAt(2_000 - 3_600_000))).toBe(false);
  });
});

describe('a deterministic id', () => {
  it('is a UUID that the same parts always give', () => {
    // Literal: ids in stored data depend on it, so it may never change.
    expect(deterministicId('command', 'order-1', 0, 1)).toBe('42f6e72c-c5ea-86f4-89a6-c3ca99f695de');
    expect(deterministicId('command', 'order-1', 0, 1)).toMatch(uuid(8));
  });

  it('differs where the parts do, or where they are cut otherwise', () => {
    const ids = [['a', 'b'], ['b', 'a'], ['ab'], ['a', 'b', ''], ['a', '1:b;'], ['a', 'b', 0], ['a', 'b', 1]].map(
      (parts) => deterministicId(...parts),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('a content hash', () => {
  it('does not depend on the order of fields, but on everything else', () => {
    expect(contentHash({ a: 1, b: { c: [1, 2], d: 2 } })).toBe(contentHash({ b: { d: 2, c: [1, 2] }, a: 1 }));
    const hashes = [{ a: 1 }, { a: '1' }, { a: [1] }, { a: null }, {}, { b: 1 }, { a: [1, 2] }, { a: [2, 1] }].map(
      contentHash,
    );
    expect(new Set(hashes).size).toBe(hashes.length);
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
