// Keys side by side without a transaction: at least once. The checkpoint follows the stretch without a hole; a slow key holds no other.
import { type LogRecord, type ParkedMessage } from '../../core/index.js';
import { callWithin } from '../call.js';
import type { Delivery } from './delivery.js';
import { isInfrastructure } from '../failure.js';
import { distinctKeys, inContextOf, itemOf, type Item } from '../item.js';
import { KeyQueues } from './key-queues.js';
import { MovingWindow } from './moving-window.js';
import { nextDelayMs } from '../retry-policy.js';
import { unavailablePolicy, type SubscriptionRunnerOptions } from '../runner/runner-options.js';
import type { Session } from '../runner/session.js';
import { SetAsides, type SetAside } from './set-asides.js';
import type { ConcurrentSubscription } from '../subscription.js';

const DEFAULT_CONCURRENCY = 16;
/** Records taken beyond the first unfinished one before intake waits for it. */
const LOOK_AHEAD = 1_000;
/** The checkpoint is saved this long after it could have moved, in milliseconds: one write for many records. */
const SAVE_AFTER_MS = 200;

export class ConcurrentDelivery implements Delivery {
  private readonly aside: SetAsides;
  private readonly window: MovingWindow;
  private readonly queues: KeyQueues;
  /** Keys that may have something set aside: asked for before each of their records. The others never are. */
  private readonly troubled = new Set<string>();
  private readonly retrying = new Set<bigint>();
  private readonly retried: bigint[] = [];
  /** Up to here sessions before this one set records aside that come again now, because the checkpoint has not passed them. */
  private setAsideBefore: bigint | undefined;
  private saving: (() => void) | undefined;
  private roomMade: () => void = () => undefined;

  constructor(
    private readonly session: Session,
    private readonly options: SubscriptionRunnerOptions<ConcurrentSubscription>,
  ) {
    this.aside = new SetAsides(session, options);
    this.window = new MovingWindow(session.position);
    this.queues = new KeyQueues(options.definition.concurrency ?? DEFAULT_CONCURRENCY);
    session.intake.addEventListener('abort', () => this.roomMade(), { once: true });
  }

  get restMs(): number {
    return this.aside.restMs;
  }

  async deliver(records: readonly LogRecord[]): Promise<void> {
    this.setAsideBefore ??= await this.aside.lastBefore();
    const items = records.map((record) => itemOf(this.options.definition, record));
    const held = await this.aside.heldAmong(distinctKeys(items.filter((item) => item.wanted)));
    for (const key of held.keys()) this.troubled.add(key);
    for (const item of items) {
      const done = this.window.take(item.record.position);
      if (item.wanted) this.queues.add(item.key, () => this.guarded(() => this.process(item, done)));
      else this.settled(done);
    }
    while (this.window.size >= LOOK_AHEAD && !this.session.intake.aborted) {
      await new Promise<void>((resolve) => (this.roomMade = resolve));
    }
    this.session.signal.throwIfAborted();
  }

  async retryDue(): Promise<void> {
    // One that gets through while we ask may still be in the answer: it stays known until the next question.
    for (const position of this.retried.splice(0)) this.retrying.delete(position);
    const heads = await this.aside.due();
    const fresh = heads.filter((head) => !this.retrying.has(head.position));
    // The others are in a queue already; each wakes us when it is through.
    if (fresh.length === 0 && heads.length > 0 && this.retried.length === 0) this.aside.rest();
    for (const head of fresh) {
      this.retrying.add(head.position);
      this.troubled.add(head.key);
      this.queues.add(head.key, () => this.guarded(() => this.retry(head)));
    }
  }

  async finish(): Promise<void> {
    await Promise.race([this.queues.stop(), this.session.whenCutOff()]);
    this.saving?.();
    if (!this.session.signal.aborted && this.window.donePosition > this.session.position) await this.save();
  }

  private async process(item: Item, done: () => void): Promise<void> {
    if (this.troubled.has(item.key)) {
      if ((await this.aside.heldAmong([item.key])).has(item.key)) {
        await this.commit(() => this.aside.queueBehind(item));
        return this.settled(done);
      }
      this.troubled.delete(item.key);
    }
    if (this.mayBeDiscarded(item) && (await this.aside.isDiscarded(item.record))) return this.settled(done);
    const outcome = await this.handle(item);
    if (outcome === 'dropped') return;
    if (outcome !== 'done') {
      this.troubled.add(item.key);
      await this.setAside(this.aside.plan(item, outcome.error));
    }
    this.settled(done);
  }

  private async retry(head: ParkedMessage): Promise<void> {
    try {
      const item = await this.aside.itemOf(head);
      if (!item) return await this.setAside(this.aside.planMissing(head));
      if (head.attempts > 0) this.session.progress.retried += 1;
      const outcome =
        this.mayBeDiscarded(item) && (await this.aside.isDiscarded(item.record)) ? 'done' : await this.handle(item);
      if (outcome === 'dropped') return;
      if (outcome === 'done') await this.through(head);
      else await this.setAside(this.aside.plan(item, outcome.error, head));
    } finally {
      this.retried.push(head.position);
    }
    this.aside.lookWithin(0);
  }

  /** Most keys come once: one that has nothing set aside any more is not kept until its next record. */
  private async through(head: ParkedMessage): Promise<void> {
    await this.commit(() => this.aside.remove(head));
    if (!(await this.aside.heldAmong([head.key])).has(head.key)) this.troubled.delete(head.key);
  }

  /** Asked last of all before it is handled: what stood in the way of its key may have been discarded just now. */
  private mayBeDiscarded({ record }: Item): boolean {
    return record.position <= (this.setAsideBefore ?? record.position);
  }

  /** The same call again, after a pause, while something it needs is unavailable; 'dropped' when the session ends first. */
  private async handle({ record, fault, passed }: Item): Promise<'done' | 'dropped' | { error: unknown }> {
    if (fault) return fault;
    if (passed) return 'done';
    const { definition, clock, ids, logger } = this.options;
    for (let attempt = 1; !this.session.intake.aborted; attempt += 1) {
      try {
        await callWithin(() => inContextOf(definition, record, () => definition.handle(record)), {
          clock,
          what: `${definition.name} on record ${record.position}`,
          deadlineMs: definition.deadlineMs,
        });
        this.session.progress.handled += 1;
        this.session.noteRecovery(record);
        return 'done';
      } catch (error) {
        if (!isInfrastructure(error)) {
          this.session.noteRecovery(record); // what it waited for is there again
          return { error };
        }
        this.session.noteTrouble(record, error);
        this.session.progress.retried += 1;
        const delayMs = nextDelayMs(unavailablePolicy, attempt, ids.random())!;
        logger.warn(`Subscription ${definition.name} repeats a call.`, {
          position: record.position,
          attempt,
          delayMs,
          error,
        });
        await clock.sleep(delayMs, this.session.intake);
      }
    }
    return 'dropped';
  }

  private async setAside(plan: SetAside): Promise<void> {
    await this.commit(() => plan.write());
    plan.report();
  }

  private commit(write: () => Promise<void>): Promise<void> {
    return this.session.commit(async () => {
      await write();
      return this.window.donePosition;
    });
  }

  private save(): Promise<void> {
    return this.session.save(() => this.window.donePosition);
  }

  private settled(done: () => void): void {
    done();
    this.roomMade();
    if (this.saving || this.window.donePosition === this.session.position) return;
    this.saving = this.options.clock.after(SAVE_AFTER_MS, () => {
      this.saving = undefined;
      if (!this.session.signal.aborted) void this.guarded(() => this.save());
    });
  }

  /** Nobody awaits a job: a store that fails ends the session. */
  private async guarded(job: () => Promise<void>): Promise<void> {
    try {
      await job();
    } catch (error) {
      this.session.fail(error);
    }
  }
}
