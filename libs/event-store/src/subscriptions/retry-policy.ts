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

/** A rolling deploy is over within this time, in milliseconds. */
export const DEPLOY_MS = 3_600_000;

/** Bounds of the delays of {@link retryingFor}, in milliseconds: what is waited for may come at any time. */
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 5_000;

/** Gives up `ms` milliseconds after the first failure at the earliest, and after about twice that at the latest: half of every delay is jitter. */
export function retryingFor(ms: number): RetryPolicy {
  const maxDelayMs = Math.min(LONGEST_DELAY_MS, Math.max(FIRST_DELAY_MS, ms / 10));
  const policy = { maxAttempts: Infinity, firstDelayMs: FIRST_DELAY_MS, maxDelayMs };
  let maxAttempts = 1;
  let waited = 0;
  let delayMs = 0;
  for (; waited < ms && delayMs < maxDelayMs / 2; maxAttempts += 1)
    waited += delayMs = nextDelayMs(policy, maxAttempts, 0)!;
  if (waited < ms) maxAttempts += Math.ceil((ms - waited) / delayMs); // all others are as long as the last
  return { ...policy, maxAttempts };
}

/** Milliseconds until attempt `attempts + 1`, or undefined when the record is to be parked. `random` is in [0, 1). */
export function nextDelayMs(policy: RetryPolicy, attempts: number, random: number): number | undefined {
  if (attempts >= policy.maxAttempts) return undefined;
  const ceiling = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** (attempts - 1));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
