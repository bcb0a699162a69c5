// Fills a version of a projection that is new, beside the one that serves, and switches when it is level. Only this projection runs.
import { EventRegistry, systemIds, UnavailableError, type IdGenerator, type LogName } from '../../core/index.js';
import {
  LiveTail,
  ProgressEstimate,
  projectionName,
  projectionSubscriptions,
  silentLogger,
  splitSegmentName,
  SubscriptionRunner,
  type Estimate,
  type Logger,
  type RetryPolicy,
} from '../../subscriptions/index.js';
import type { OperatedContext } from '../operated-context.js';
import { claim, release } from './claim.js';
import { ProjectionRefusedError } from './errors.js';
import type { OperatedProjection } from './operated-projection.js';

export interface RebuildOptions {
  readonly projection: OperatedProjection;
  /** The types that arrive from other contexts. */
  readonly inboundTypes: ReadonlySet<string>;
  /** Holder of the leases; another one for every process. */
  readonly owner: string;
  readonly actor: string;
  readonly reason?: string;
  /** Aborts: what is in hand is finished and saved, and the same call goes on from there another time. */
  readonly signal: AbortSignal;
  readonly progress?: (progress: RebuildProgress) => void;
  readonly logger?: Logger;
  readonly ids?: IdGenerator;
  /** Of records that cannot be handled, default as for every subscription. */
  readonly retry?: Partial<RetryPolicy>;
  /** Records in one transaction, default 1,000; one that takes longer than a second ends before. */
  readonly batchSize?: number;
  /** Default 10,000: so long another process waits after a kill -9. */
  readonly leaseTtlMs?: number;
}

export interface RebuildProgress extends Estimate {
  /** Checkpoint and end, of the log with most before it. */
  readonly log: LogName;
  readonly position: bigint;
  readonly end: bigint;
  /** Records handled since this call. */
  readonly handled: number;
}

export type RebuildOutcome =
  | { readonly outcome: 'switched'; readonly position: bigint; readonly handled: number; readonly tookMs: number }
  /** It serves already; nothing was done. */
  | { readonly outcome: 'serving-already'; readonly position: bigint | undefined }
  /** Told to stop. */
  | { readonly outcome: 'stopped'; readonly handled: number }
  /** It is level, but so many records could not be handled: a version that lacks them does not serve. */
  | { readonly outcome: 'set-aside'; readonly records: number };

const LOOK_MS = 100;

/** @throws ProjectionBusyError | ProjectionPausedError | ProjectionRefusedError | UnavailableError */
export async function rebuildProjection(context: OperatedContext, options: RebuildOptions): Promise<RebuildOutcome> {
  const { projection, owner, signal, actor, reason } = options;
  const { versions, operations, clock, unitOfWork } = context;
  if (projection.inline) throw new ProjectionRefusedError(projection, INLINE);
  const { name, version } = projection;
  const before = await stateOf(context, options);
  if (before?.state === 'serving') return { outcome: 'serving-already', position: before.switchedPosition };
  const leases = await claim(context, { ...options, ttlMs: options.leaseTtlMs ?? 10_000 });
  const started = clock.now().getTime();
  try {
    await unitOfWork.run(async () => {
      await versions.begin({ name, version });
      const subject = `${context.name}/${projectionName(projection)}`;
      const detail = { position: String(leases[0]?.cursor.position ?? 0n) };
      await operations.record({ actor, reason, action: 'projection.rebuild', subject, detail });
    });
  } catch (error) {
    await release(context, leases);
    throw error;
  }
  const runners = start(context, options);
  try {
    for (;;) {
      const handled = runners.reduce((sum, runner) => sum + runner.status().handled, 0);
      const now = await stateOf(context, options);
      await report(context, options, runners, handled);
      if (now?.state === 'serving') {
        const tookMs = clock.now().getTime() - started;
        return { outcome: 'switched', position: now.switchedPosition!, handled, tookMs };
      }
      if (signal.aborted) return { outcome: 'stopped', handled };
      failWhereStuck(runners, owner);
      const records = await setAsideAtEnd(context, options, runners);
      if (records > 0) return { outcome: 'set-aside', records };
      await clock.sleep(LOOK_MS, signal);
    }
  } finally {
    await Promise.all(runners.map((runner) => runner.stop()));
    await release(context, leases);
  }
}

const INLINE =
  'is inline: it is written by the appends themselves and has no checkpoint to build it from. Make the new version an ' +
  'asynchronous one, or fill its table in a migration while no service appends.';

function start(context: OperatedContext, options: RebuildOptions): SubscriptionRunner[] {
  const { projection, inboundTypes, owner, ids = systemIds, logger = silentLogger } = options;
  const { batchSize = 1_000, leaseTtlMs, retry } = options;
  const registry = new EventRegistry({ partial: true }).register(...projection.handlers.keys());
  const settled = context.logs;
  const definitions = projectionSubscriptions(projection, {
    ...context,
    settled,
    registry,
    inboundTypes,
    by: 'operator',
  });
  const runners = definitions.map((defined) => {
    const definition = { ...defined, retry };
    const tail = new LiveTail(settled[definition.log], context.clock);
    return new SubscriptionRunner({ ...context, definition, tail, owner, ids, logger, batchSize, leaseTtlMs });
  });
  for (const runner of runners) runner.start();
  return runners;
}

async function stateOf({ versions }: OperatedContext, { projection }: RebuildOptions) {
  const { name, version } = projection;
  return (await versions.list()).find((one) => one.name === name && one.version === version);
}

const estimates = new WeakMap<SubscriptionRunner, ProgressEstimate>();

async function report(
  { facts, clock }: OperatedContext,
  { progress }: RebuildOptions,
  runners: readonly SubscriptionRunner[],
  handled: number,
): Promise<void> {
  if (!progress) return;
  let least: RebuildProgress | undefined;
  for (const runner of runners) {
    const { log, position, lastProgressAt } = runner.status();
    if (!lastProgressAt) continue; // it has not begun
    const end = (await facts.endOf(log, 0)).last;
    const estimate = estimates.get(runner) ?? new ProgressEstimate();
    estimates.set(runner, estimate);
    const one = { log, position, end, handled, ...estimate.note(clock.now(), position, end) };
    if (!least || one.percent < least.percent) least = one;
  }
  if (least) progress(least);
}

/** The lease was claimed before: that a runner waits for it means that an operator has paused or taken over. */
function failWhereStuck(runners: readonly SubscriptionRunner[], owner: string): void {
  for (const runner of runners) {
    const { state, lastError, name } = runner.status();
    if (state === 'stopped') throw lastError;
    if (state === 'waiting-for-lease')
      throw new UnavailableError(`The lease of ${name}`, new Error(`${owner} has lost it to a pause or a take-over`));
  }
}

/** How many records are parked for good, once there is nothing else to do. */
async function setAsideAtEnd(
  { parking, facts }: OperatedContext,
  { projection }: RebuildOptions,
  runners: readonly SubscriptionRunner[],
): Promise<number> {
  const name = projectionName(projection);
  const parked = (await parking.list({ status: 'parked' })).filter(
    (one) => splitSegmentName(one.name).projection === name,
  );
  if (parked.length === 0) return 0;
  for (const runner of runners) {
    const { log, position } = runner.status();
    if (position < (await facts.endOf(log, 0)).last) return 0;
  }
  return parked.length;
}
