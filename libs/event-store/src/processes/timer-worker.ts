// Fires timers: asks the store for those that are due, when the next one is due or something new was scheduled. Several may run side by side.
import { endsWithin, failpoint, UnavailableError, type Clock, type IdGenerator } from '../core/index.js';
import { nextDelayMs, reasonOf, stalledMs, type Logger, type RetryPolicy } from '../subscriptions/index.js';
import type { ProcessStore } from './process-store.js';

/** Longest time between two looks, in milliseconds: wakings may be lost. */
const POLL_MS = 1_000;
/** Clocks differ by a little: a timer that is due and was not fired is not asked for in a tight loop, in milliseconds. */
const SHORTEST_REST_MS = 5;
const TIMERS_AT_A_TIME = 100;
const DRAIN_MS = 10_000;
const unavailablePolicy: RetryPolicy = { maxAttempts: Infinity, firstDelayMs: 200, maxDelayMs: 5_000 };

export interface TimerWorkerOptions {
  readonly store: ProcessStore;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly logger: Logger;
  /** Longest time `stop` waits for the call in hand, in milliseconds, default 10,000. */
  readonly drainMs?: number;
}

/** For health, beside the statuses of subscriptions. */
export interface TimerStatus {
  readonly name: 'timers';
  readonly state: 'running' | 'backing-off';
  readonly lastError?: unknown;
  /** While it runs: how long the store has not answered, in milliseconds; undefined below a minute. */
  readonly stalledMs: number | undefined;
}

export class TimerWorker {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private failures = 0;
  private lastError: unknown;
  private begunAt: Date | undefined;
  private lastProgressAt: Date | undefined;

  constructor(private readonly options: TimerWorkerOptions) {}

  start(): void {
    this.begunAt ??= this.options.clock.now();
    this.running ??= this.stopping.signal.aborted ? Promise.resolve() : this.run();
  }

  status(): TimerStatus {
    const { begunAt, lastProgressAt, lastError, options } = this;
    if (this.failures > 0) return { name: 'timers', state: 'backing-off', lastError, stalledMs: undefined };
    const stalled = stalledMs({ begunAt, lastProgressAt }, options.clock.now());
    return { name: 'timers', state: 'running', stalledMs: stalled };
  }

  /** Resolves when the call in hand has ended or has taken too long: whatever it fires, it fires whole. Never rejects. */
  async stop(): Promise<void> {
    const { clock, logger, drainMs = DRAIN_MS } = this.options;
    this.stopping.abort();
    if (!this.running) return;
    if (!(await endsWithin(this.running, drainMs, clock)))
      logger.warn('The firing of timers was left behind while it drained.');
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    const { store, clock, ids, logger } = this.options;
    while (!signal.aborted) {
      try {
        const { fired, nextInMs = POLL_MS } = await store.fireDue(TIMERS_AT_A_TIME);
        // Fired and marked already, by one statement: nothing lies between the two. A crash during it: process-timers.int.spec.ts.
        if (fired > 0) failpoint('timer.afterFireBeforeMark');
        if (this.failures > 0) logger.info('Timers are fired again.');
        this.failures = 0;
        this.lastProgressAt = clock.now();
        if (fired >= TIMERS_AT_A_TIME) continue;
        await store.changed(Math.min(POLL_MS, Math.max(SHORTEST_REST_MS, nextInMs)), signal);
      } catch (error) {
        const isNews = this.failures === 0 || reasonOf(error) !== reasonOf(this.lastError);
        this.failures += 1;
        this.lastError = error;
        if (isNews) {
          const level = error instanceof UnavailableError ? 'warn' : 'error';
          logger[level](`Timers wait until they can be fired again: ${reasonOf(error)}`);
        }
        await clock.sleep(nextDelayMs(unavailablePolicy, this.failures, ids.random())!, signal);
      }
    }
  }
}
