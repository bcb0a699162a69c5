// Runs one subscription for as long as the process lives. It waits, backs off or stops loudly, but it never ends by itself.
import {
  currentDuty,
  DeadlineExceededError,
  endsWithin,
  LeaseLostError,
  meter,
  onDuty,
  storeMetrics,
  UnavailableError,
  type Lease,
  type LogCursor,
  type LogRecord,
} from '../../core/index.js';
import { BatchDelivery } from '../delivery/batch-delivery.js';
import { CaughtUp } from './caught-up.js';
import { ConcurrentDelivery } from '../delivery/concurrent-delivery.js';
import type { Delivery } from '../delivery/delivery.js';
import { isLogMismatch, reasonOf, UnreadableRecordError } from '../failure.js';
import { LeaseKeeper } from './lease-keeper.js';
import { neverThrowing } from '../logger.js';
import { nextDelayMs } from '../retry-policy.js';
import {
  DEFAULT_BATCH_SIZE,
  DEFAULT_DRAIN_MS,
  DEFAULT_LEASE_TTL_MS,
  DEFAULT_POLL_MS,
  unavailablePolicy,
  type SubscriptionRunnerOptions,
} from './runner-options.js';
import { Session } from './session.js';
import { Progress, stalledMs, type RunnerState, type RunnerStatus } from './status.js';
import { TransactionalDelivery } from '../delivery/transactional-delivery.js';
import { replayUnknown, sightOf, tellSkipped } from '../delivery/unreadable.js';

/** A stopped subscription is checked again after this time, in milliseconds. */
const RECHECK_MS = 30_000;
/** What `stop` grants to giving the lease back, in milliseconds. */
const RELEASE_MS = 1_000;
const DEFAULT_SEND_BATCH = 500;

export class SubscriptionRunner {
  private readonly progress = new Progress();
  private readonly stopping = new AbortController();
  private session: Session | undefined;
  private running: Promise<void> | undefined;
  private stopped: Promise<void> | undefined;
  private failures = 0;

  private readonly options: SubscriptionRunnerOptions;

  constructor(options: SubscriptionRunnerOptions) {
    this.options = { ...options, logger: neverThrowing(options.logger) };
  }

  status(): RunnerStatus {
    const { name, log } = this.options.definition;
    const { state, position, lastError, handled, retried, parked, lastProgressAt } = this.progress;
    const atWork = this.session !== undefined || state === 'starting';
    const stalled = atWork ? stalledMs(this.progress, this.options.clock.now()) : undefined;
    return { name, log, state, position, lastError, handled, retried, parked, lastProgressAt, stalledMs: stalled };
  }

  start(): void {
    this.progress.begunAt ??= this.options.clock.now();
    if (this.running || this.stopping.signal.aborted) return;
    const { definition } = this.options;
    const duty = (definition.delivery === 'transactional' && definition.duty) || currentDuty();
    this.running = onDuty(duty, () => this.run());
  }

  /** Finishes what is in hand, saves, gives the lease back. Resolves after `drainMs` and a little more at the latest; never rejects. */
  stop(): Promise<void> {
    return (this.stopped ??= this.drain());
  }

  private async drain(): Promise<void> {
    const { clock, drainMs = DEFAULT_DRAIN_MS, definition } = this.options;
    this.stopping.abort();
    if (this.running) {
      this.progress.state = 'draining';
      this.session?.drain();
      const late = new DeadlineExceededError(`Draining subscription ${definition.name}`, drainMs);
      const cancel = clock.after(drainMs, () => this.session?.cutOff(late));
      if (!(await endsWithin(this.running, drainMs + RELEASE_MS, clock)))
        this.log('warn', `Subscription ${definition.name} was left behind while it drained.`);
      cancel();
    }
    this.progress.state = 'ended';
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        await this.once();
      } catch (error) {
        await this.recover(error);
      }
    }
  }

  /** One holding of the lease, from acquiring it to giving it back. */
  private async once(): Promise<void> {
    const { definition, checkpoints, parking, clock, leaseTtlMs: ttlMs = DEFAULT_LEASE_TTL_MS } = this.options;
    const lease = await this.acquire(ttlMs);
    if (!lease) return;
    const session = (this.session = new Session(lease, this.options, this.progress));
    this.progress.begunAt = clock.now();
    if (this.stopping.signal.aborted) session.drain();
    const keeper = new LeaseKeeper({ lease, ttlMs, checkpoints, clock, onLost: (error) => session.fail(error) });
    const delivery = this.deliveryFor(session);
    let change: 'returned' | 'lost' = 'returned';
    try {
      await replayUnknown(definition, parking);
      await this.work(session, delivery);
      await delivery.finish();
      session.signal.throwIfAborted();
    } catch (error) {
      // Whatever ended the session first is the reason; the rest are its consequences.
      const reason: unknown = session.signal.aborted ? session.signal.reason : error;
      session.fail(reason);
      if (reason instanceof LeaseLostError) change = 'lost';
      await delivery.finish();
      throw reason;
    } finally {
      keeper.end();
      this.tellLease(change);
      this.session = undefined;
      await checkpoints.release(lease).catch((error: unknown) => {
        this.options.logger.debug(`Subscription ${definition.name} could not give its lease back.`, { error });
      });
    }
  }

  private async acquire(ttlMs: number): Promise<Lease | undefined> {
    const { definition, owner, checkpoints, tail, clock, ids, pollMs = DEFAULT_POLL_MS } = this.options;
    const { name, log, start } = definition;
    const initial = (): Promise<LogCursor> => (start === 'beginning' ? tail.log.beginning() : tail.log.head());
    while (!this.stopping.signal.aborted) {
      const lease = await checkpoints.acquire({ name, log }, owner, ttlMs, initial);
      if (lease) {
        this.tellLease('taken');
        return lease;
      }
      this.failures = 0;
      this.enter('waiting-for-lease');
      await clock.sleep(pollMs * (0.5 + ids.random()), this.stopping.signal);
    }
    return undefined;
  }

  private tellLease(change: 'taken' | 'returned' | 'lost'): void {
    meter()?.add(storeMetrics.leaseChanges, { subscription: this.options.definition.name, change });
  }

  private async work(session: Session, delivery: Delivery): Promise<void> {
    const { tail, definition, pollMs = DEFAULT_POLL_MS } = this.options;
    const limit = batchOf(this.options);
    const caughtUp = new CaughtUp(session, this.options);
    let position = session.position;
    let following: Promise<readonly LogRecord[]> | undefined;
    while (!session.intake.aborted) {
      const records = await (following ?? tail.next(session.cursorAt(position), limit));
      const { ahead, stop, skipped } = sightOf(definition, records);
      // There is more: it is read while these are handled.
      const isFull = ahead.length === limit;
      following = isFull ? tail.next(session.cursorAt(ahead.at(-1)!.position), limit) : undefined;
      following?.catch(() => undefined); // whoever waits for it hears of it
      if (!session.isTroubled && (!stop || ahead.length > 0)) this.enter('running');
      await delivery.retryDue();
      if (session.intake.aborted) return;
      if (ahead.length > 0) {
        for (const { record, problem } of skipped) tellSkipped(definition, record, problem, this.options.logger);
        await delivery.deliver(ahead);
        session.noteProgress();
        position = ahead.at(-1)!.position;
      }
      if (stop) {
        session.drain();
        await delivery.finish();
        throw stop;
      }
      await caughtUp.read(ahead.length, limit);
      if (ahead.length === 0) {
        session.noteProgress();
        await session.nap(position, Math.min(pollMs, delivery.restMs));
      }
      this.failures = 0;
    }
  }

  private deliveryFor(session: Session): Delivery {
    const { definition } = this.options;
    if (definition.delivery === 'transactional')
      return new TransactionalDelivery(session, { ...this.options, definition });
    if (definition.delivery === 'concurrent') return new ConcurrentDelivery(session, { ...this.options, definition });
    return new BatchDelivery(session, { ...this.options, definition });
  }

  /** Decides what an error means and waits accordingly. Must not throw: nobody is above it. */
  private async recover(error: unknown): Promise<void> {
    const { definition, tail, clock, ids } = this.options;
    this.progress.lastError = error;
    if (this.stopping.signal.aborted)
      return this.log('warn', `Subscription ${definition.name} ended with an error.`, error);
    if (isLogMismatch(error) || error instanceof UnreadableRecordError) {
      this.progress.state = 'stopped';
      this.log('error', `Subscription ${definition.name} has stopped: ${reasonOf(error)}`, error);
      return clock.sleep(RECHECK_MS, this.stopping.signal);
    }
    if (!(error instanceof LeaseLostError)) tail.forget();
    this.failures += 1;
    const delayMs = nextDelayMs(unavailablePolicy, this.failures, ids.random())!;
    const known = error instanceof LeaseLostError || error instanceof UnavailableError;
    this.enter('backing-off');
    this.log(
      known ? 'warn' : 'error',
      `Subscription ${definition.name} starts again from its checkpoint in ${delayMs} ms.`,
      error,
    );
    await clock.sleep(delayMs, this.stopping.signal);
  }

  private enter(state: RunnerState): void {
    const { progress } = this;
    if (this.stopping.signal.aborted || progress.state === state) return;
    // A stopped subscription stays so, also while it is being checked, until it runs again.
    const isLeft = state === 'waiting-for-lease' && progress.lastError instanceof UnreadableRecordError; // to whoever can read on
    if (progress.state === 'stopped' && state !== 'running' && !isLeft) return;
    progress.state = state;
    if (state !== 'backing-off') progress.lastError = undefined;
    this.log('info', `Subscription ${this.options.definition.name}: ${state}.`);
  }

  private log(level: 'info' | 'warn' | 'error', message: string, error?: unknown): void {
    const { position, state } = this.progress;
    const fields = { subscription: this.options.definition.name, position, state };
    this.options.logger[level](message, error === undefined ? fields : { ...fields, error });
  }
}

function batchOf({ definition, batchSize = DEFAULT_BATCH_SIZE }: SubscriptionRunnerOptions): number {
  if (definition.delivery === 'batch') return definition.batchSize ?? DEFAULT_SEND_BATCH;
  return (definition.delivery === 'transactional' ? definition.batchSize : undefined) ?? batchSize;
}
