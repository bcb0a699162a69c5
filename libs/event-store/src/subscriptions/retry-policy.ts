// When a failed record is tried again, and when it is given up: exponential backoff, half of it jitter.
export interface RetryPolicy {
  /** Attempts in all, the first included, before the record is parked. */
  readonly maxAttempts: number;
  /** Upper bound of the first delay, in milliseconds; doubles with every attempt. */
  readonly firstDelayMs: number;
  /** Upper bound of any delay, in milliseconds. */
  readonly maxDelayMs: number;
}

/** Gives up after 50 to 100 seconds. */
export const defaultRetryPolicy: RetryPolicy = { maxAttempts: 10, firstDelayMs: 200, maxDelayMs: 60_000 };

/** Milliseconds until attempt `attempts + 1`, or undefined when the record is to be parked. `random` is in [0, 1). */
export function nextDelayMs(policy: RetryPolicy, attempts: number, random: number): number | undefined {
  if (attempts >= policy.maxAttempts) return undefined;
  const ceiling = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** (attempts - 1));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
