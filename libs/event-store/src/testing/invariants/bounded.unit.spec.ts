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

  it('holds where the event loop is late now and then, and names a process in which it is late in half of the samples', () => {
    const late = (...all: readonly (number | undefined)[]) =>
      all.map((eventLoopP99Ms, atMs) => ({ ...sample(atMs, 100), eventLoopP99Ms }));
    expect(checkBounded('a/0', late(10, 900, 20, 800, 30, undefined, undefined, undefined))).toEqual([]);
    expect(checkBounded('a/0', late(900, 900, 900, 900))).toEqual([]); // too few to say anything
    const found = checkBounded('a/0', late(10, 201, 20, 300, 900, undefined));
    expect(found.map(({ sentence }) => sentence)).toEqual([
      'I12: a/0 had an event loop that was 201 ms late or more in half of its samples (p99), and may be 200.',
    ]);
    expect(checkBounded('a/0', late(10, 201, 20, 300, 900), { eventLoopP99Ms: 250 })).toEqual([]);
  });
});
