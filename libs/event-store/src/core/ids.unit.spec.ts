import { afterEach, describe, expect, it, vi } from 'vitest';
import { deterministicId, systemIds } from './ids.js';

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
