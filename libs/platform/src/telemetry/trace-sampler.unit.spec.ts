import { ROOT_CONTEXT } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace-node';
import { beforeEach, describe, expect, it } from 'vitest';
import { TraceSampler } from './trace-sampler.js';

describe('the traces that are kept', () => {
  let ms: number;
  beforeEach(() => (ms = 5_000));

  const sampler = (perSecond: number, share: number) => new TraceSampler({ perSecond, share, now: () => ms });
  /** Ids over the whole of their range, each another one. */
  const idOf = (index: number) =>
    (Math.imul(index + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0').padEnd(32, '0');
  const kept = (from: TraceSampler, traces: number) =>
    Array.from({ length: traces }, (_, index) => from.keeps(idOf(index))).filter(Boolean).length;

  it('are all while there are no more than so many a second', () => {
    const few = sampler(5, 0);
    for (let second = 0; second < 10; second += 1, ms += 1_000) expect(kept(few, 5)).toBe(5);
  });

  it('are so many and a share of the others where there are more', () => {
    const some = sampler(5, 0.1);
    const share = kept(some, 1_000) - 4; // of the first five, one is in the share as well
    expect(share).toBe(kept(sampler(0, 0.1), 1_000));
    expect(share).toBeGreaterThan(80);
    expect(share).toBeLessThan(120);
    expect(kept(some, 1_000)).toBe(share); // in the same second
    ms += 1_000;
    expect(kept(some, 1_000)).toBe(share + 4);
  });

  it('come back bit by bit, and are not saved for longer than a second', () => {
    const few = sampler(4, 0);
    expect(kept(few, 9)).toBe(4);
    ms += 500;
    expect(kept(few, 9)).toBe(2);
    for (let step = 0; step < 25; step += 1) {
      ms += 10;
      expect(kept(few, 1)).toBe(step === 24 ? 1 : 0);
    }
    ms += 3_600_000;
    expect(kept(few, 9)).toBe(4);
  });

  it('are all with a share of 1, none where both are 0, and the share alone without any a second', () => {
    expect(kept(sampler(0, 1), 500)).toBe(500);
    expect(kept(sampler(0, 0), 500)).toBe(0);
    const half = kept(sampler(0, 0.5), 1_000);
    expect(half).toBeGreaterThan(450);
    expect(half).toBeLessThan(550);
  });

  it('are as many for other libraries: one decision for all that begins here', () => {
    const few = sampler(2, 0);
    expect(few.keeps(idOf(1))).toBe(true);
    const theirs = [1, 2].map((index) => few.shouldSample(ROOT_CONTEXT, idOf(index)).decision);
    expect(theirs).toEqual([SamplingDecision.RECORD_AND_SAMPLED, SamplingDecision.NOT_RECORD]);
  });
});
