import { expect, it } from 'vitest';
import { ProgressEstimate } from './progress-estimate.js';

const at = (ms: number) => new Date(ms);

it('knows no time before anything has moved, and then goes by the speed of late', () => {
  const estimate = new ProgressEstimate();
  expect(estimate.note(at(0), 0n, 1_000n)).toEqual({ percent: 0, remainingMs: undefined, perSecond: undefined });
  expect(estimate.note(at(1_000), 100n, 1_000n)).toEqual({ percent: 10, remainingMs: 9_000, perSecond: 100 });
  expect(estimate.note(at(40_000), 500n, 1_000n).remainingMs).toBeUndefined(); // what was before is too long ago
  expect(estimate.note(at(41_000), 510n, 1_000n)).toMatchObject({ percent: 51, remainingMs: 49_000, perSecond: 10 });
});

it('is complete only at the end, also of an empty log', () => {
  const estimate = new ProgressEstimate();
  expect(estimate.note(at(0), 9_999n, 10_000n).percent).toBe(99);
  expect(estimate.note(at(1), 10_000n, 10_000n)).toMatchObject({ percent: 100, remainingMs: 0 });
  expect(new ProgressEstimate().note(at(0), 0n, 0n)).toMatchObject({ percent: 100, remainingMs: 0 });
});
