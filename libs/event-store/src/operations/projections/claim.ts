// Takes the leases of a projection for an operation, and says who has them otherwise.
import type { Lease, SubscriptionKey, SubscriptionStatus } from '../../core/index.js';
import { logsOfEvents, projectionName, segmentNames, type Projection } from '../../subscriptions/index.js';
import type { OperatedContext } from '../operated-context.js';
import { ProjectionBusyError, ProjectionPausedError } from './errors.js';

export interface Claim {
  readonly projection: Projection & { readonly segments?: number };
  /** The types that arrive from other contexts. */
  readonly inboundTypes: ReadonlySet<string>;
  readonly owner: string;
  readonly ttlMs: number;
  readonly signal?: AbortSignal;
}

/** How often a lease that is held is looked at, in milliseconds. */
const LOOK_MS = 250;

/**
 * One lease for each log and segment. A holder that is dead (kill -9) does not renew: its lease is waited for. One that renews is alive.
 * @throws ProjectionBusyError | ProjectionPausedError; those that were taken are given back.
 */
export async function claim(context: OperatedContext, claimed: Claim): Promise<Lease[]> {
  const leases: Lease[] = [];
  try {
    for (const log of logsOfEvents(claimed.projection.handlers.keys(), claimed.inboundTypes))
      for (const name of segmentNames(projectionName(claimed.projection), claimed.projection.segments))
        leases.push(await claimLog(context, claimed, { name, log }));
    return leases;
  } catch (error) {
    await release(context, leases);
    throw error;
  }
}

/** Harmless where they are lost. */
export async function release({ checkpoints }: OperatedContext, leases: readonly Lease[]): Promise<void> {
  for (const lease of leases) await checkpoints.release(lease);
}

async function claimLog(context: OperatedContext, claimed: Claim, key: SubscriptionKey): Promise<Lease> {
  const { checkpoints, logs, clock } = context;
  const { owner, ttlMs, signal } = claimed;
  const { log } = key;
  let before: SubscriptionStatus | undefined;
  for (;;) {
    const lease = await checkpoints.acquire(key, owner, ttlMs, () => logs[log].beginning());
    if (lease) return lease;
    const held = (await checkpoints.list()).find((one) => one.name === key.name && one.log === log);
    if (held?.paused) throw new ProjectionPausedError(held);
    if (signal?.aborted || (before && isAlive(before, held))) throw new ProjectionBusyError(held ?? { ...key, owner });
    before ??= held;
    await clock.sleep(LOOK_MS, signal);
  }
}

function isAlive(before: SubscriptionStatus, now: SubscriptionStatus | undefined): boolean {
  if (!now?.owner) return false; // given back this moment
  return now.leaseEpoch !== before.leaseEpoch || now.leasedUntil!.getTime() !== before.leasedUntil?.getTime();
}
