import { describe, expect, it } from 'vitest';
import { defaultRetryPolicy, nextDelayMs, retryingFor, type RetryPolicy } from './retry-policy.js';

/** Milliseconds from the first failure to the last attempt. */
function patience(policy: RetryPolicy, random: number): number {
  let total = 0;
  for (let attempt = 1; ; attempt += 1) {
    const delay = nextDelayMs(policy, attempt, random);
    if (delay === undefined) return total;
    total += delay;
  }
}

describe('retry policy', () => {
  it('doubles the delay up to its bound, half of it jitter', () => {
    const policy = { maxAttempts: 5, firstDelayMs: 100, maxDelayMs: 300 };
    expect([1, 2, 3, 4, 5].map((attempts) => nextDelayMs(policy, attempts, 0))).toEqual([50, 100, 150, 150, undefined]);
    expect([1, 2, 3, 4, 5].map((attempts) => nextDelayMs(policy, attempts, 1))).toEqual([
      100,
      200,
      300,
      300,
      undefined,
    ]);
  });

  it('gives a dependency that restarts time to come back before a record is parked', () => {
    expect(patience(defaultRetryPolicy, 0)).toBeGreaterThan(50_000);
    expect(patience(defaultRetryPolicy, 1)).toBeLessThan(105_000);
  });

  it.each([0, 1, 150, 1_000, 2_500, 60_000, 300_000, 3_600_000])(
    'keeps trying for %i ms, whatever the jitter',
    (ms) => {
      const policy = retryingFor(ms);
      expect(patience(policy, 0)).toBeGreaterThanOrEqual(ms);
      expect(patience(policy, 0.999)).toBeLessThanOrEqual(2 * (ms + policy.maxDelayMs));
      expect(policy).toMatchObject({ firstDelayMs: 200, maxDelayMs: Math.min(5_000, Math.max(200, ms / 10)) });
    },
  );
});
