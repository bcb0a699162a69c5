import { describe, expect, it } from 'vitest';
import { checkBounded, type LoadSample } from './bounded.js';

const MIB = 1024 * 1024;
const sample = (atMs: number, mib: number, waiting = 0): LoadSample => ({ atMs, memoryBytes: mib * MIB, waiting });

describe('I12', () => {
  it('holds where memory and waiting calls stay within their limits', () => {
    expect(checkBounded('a/0', [])).toEqual([]);
    expect(checkBounded('a/0', [sample(0, 100), sample(1, 512, 500)])).toEqual([]);
  });

  it('names the worst moment of each limit that is exceeded, once', () => {
    const samples = [sample(0, 100), sample(1, 600, 3), sample(2, 900, 501), sample(3, 700)];
    expect(checkBounded('a/0', samples).map(({ sentence }) => sentence)).toEqual([
      'I12: a/0 had 900 MiB of memory at 2 ms, and may have 512 MiB.',
      'I12: a/0 had 501 calls waiting for a connection at 2 ms, and may have 500.',
    ]);
    expect(checkBounded('a/0', samples, { memoryBytes: 1_000 * MIB, waiting: 501 })).toEqual([]);
  });
});
