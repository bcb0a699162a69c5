import { describe, expect, it } from 'vitest';
import { partitionHash, partitionOf } from './partition.js';

describe('partitionOf', () => {
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %s as Kafka does (its own test vectors)', (key, murmur2) => {
    expect(partitionHash(key)).toBe(murmur2 & 0x7fffffff);
  });

  it('stays within the partitions and uses all of them', () => {
    const used = new Set(Array.from({ length: 200 }, (_, n) => partitionOf(`order-${n}`, 6)));
    expect([...used].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
  });
});
