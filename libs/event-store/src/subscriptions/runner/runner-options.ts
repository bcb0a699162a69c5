// Everything a runner is given from outside; the deliveries take what they need from here.
import type { CheckpointStore, Clock, IdGenerator, ParkingStore, UnitOfWork } from '../../core/index.js';
import type { LiveTail } from './live-tail.js';
import type { Logger } from '../logger.js';
import { defaultRetryPolicy, type RetryPolicy } from '../retry-policy.js';
import type { SubscriptionDefinition } from '../subscription.js';

export interface SubscriptionRunnerOptions<D extends SubscriptionDefinition = SubscriptionDefinition> {
  readonly definition: D;
  /** Of the log the definition names; shared by all runners of the process. */
  readonly tail: LiveTail;
  readonly checkpoints: CheckpointStore;
  readonly parking: ParkingStore;
  readonly unitOfWork: UnitOfWork;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly logger: Logger;
  /** Holder of the lease; another one for every process. */
  readonly owner: string;
  /** Records taken from the log at a time, default 200. */
  readonly batchSize?: number;
  /** Longest time between two looks at the lease, the log or the parking when nothing happens, in milliseconds, default 1,000. */
  readonly pollMs?: number;
  /** After this time without renewal another process may take over, in milliseconds, default 10,000. */
  readonly leaseTtlMs?: number;
  /** Told up to where everything is handled or set aside, for good, whenever that changes: for those of this process who wait for it. */
  readonly onMoved?: (position: bigint) => void;
  /** Longest time `stop` waits for what is in hand, in milliseconds, default 10,000. */
  readonly drainMs?: number;
}

export const DEFAULT_BATCH_SIZE = 200;
export const DEFAULT_POLL_MS = 1_000;
export const DEFAULT_LEASE_TTL_MS = 10_000;
export const DEFAULT_DRAIN_MS = 10_000;

/** Between two tries while something is unavailable: up to 200 ms at first, up to 5 s in the end, for ever. */
export const unavailablePolicy: RetryPolicy = { maxAttempts: Infinity, firstDelayMs: 200, maxDelayMs: 5_000 };

export function retryPolicyOf({ retry }: SubscriptionDefinition): RetryPolicy {
  return { ...defaultRetryPolicy, ...retry };
}
