import { partitionOf } from '@app/event-store/messaging';
import { describe, expect, it } from 'vitest';
import { spreadKeys } from './keys.js';

describe('spread keys', () => {
  it('are as many for every partition as were asked for, each in the partition the broker will choose', () => {
    const keys = spreadKeys('parcel', 4, 2);
    expect(keys.map(({ partition }) => partition)).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect(keys.every(({ key, partition }) => partitionOf(key, 4) === partition)).toBe(true);
    expect(new Set(keys.map(({ key }) => key)).size).toBe(8);
  });
});
