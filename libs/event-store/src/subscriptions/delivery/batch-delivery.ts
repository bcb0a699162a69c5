// Many records in one call, one call outstanding, the same batch again until it goes through. Records that fail alone are set aside by key.
import { DeadlineExceededError, failpoint, type LogRecord, type ParkedMessage } from '../../core/index.js';
import { callWithin } from '../call.js';
import type { Delivery } from './delivery.js';
import { isInfrastructure } from '../failure.js';
import { distinctKeys, inBatchSpan, itemOf, type Item } from '../item.js';
import { Passing } from './passing.js';
import { nextDelayMs } from '../retry-policy.js';
import { unavailablePolicy, type SubscriptionRunnerOptions } from '../runner/runner-options.js';
import type { Session } from '../runner/session.js';
import { SetAsides, type SetAside } from './set-asides.js';
import type { BatchSubscription } from '../subscription.js';

type Failures = ReadonlyMap<bigint, unknown>;

export class BatchDelivery implements Delivery {
  private readonly aside: SetAsides;
  private readonly passing: Passing;
  /** The checkpoint on its way. Never rejects. */
  private marking: Promise<void> = Promise.resolve();

  constructor(
    private readonly session: Session,
    private readonly options: SubscriptionRunnerOptions<BatchSubscription>,
  ) {
    this.aside = new SetAsides(session, options);
    this.passing = new Passing(session, options);
  }

  get restMs(): number {
    return this.aside.restMs;
  }

  async deliver(records: readonly LogRecord[]): Promise<void> {
    const items = records.map((record) => itemOf(this.options.definition, record));
    const wanted = items.filter((item) => item.wanted);
    if (wanted.length === 0) return this.passing.to(items.at(-1)!.record.position);
    const held = await this.aside.heldAmong(distinctKeys(wanted));
    const behind = wanted.filter((item) => held.has(item.key));
    const taken = wanted.filter((item) => !held.has(item.key));
    const failures = await this.call(taken);
    if (!failures) return;
    if (failures.size === 0 && behind.length === 0) return this.mark(items.at(-1)!.record.position, taken.length);

    const plans: SetAside[] = [];
    const failedKeys = new Set<string>();
    for (const item of taken) {
      if (!failures.has(item.record.position)) continue;
      // Behind the first failure of its key the rest of the key's failures wait their turn.
      if (failedKeys.has(item.key)) behind.push(item);
      else plans.push(this.aside.plan(item, failures.get(item.record.position)));
      failedKeys.add(item.key);
    }
    await this.session.commit(async () => {
      for (const plan of plans) await plan.write();
      for (const item of behind) await this.aside.queueBehind(item);
      return items.at(-1)!.record.position;
    });
    failpoint('relay.afterMark');
    this.session.progress.handled += taken.length - failures.size;
    for (const plan of plans) plan.report();
  }

  async retryDue(): Promise<void> {
    const heads = await this.aside.due();
    if (heads.length === 0) return;
    const retries: { head: ParkedMessage; item: Item | undefined }[] = [];
    for (const head of heads) retries.push({ head, item: await this.aside.itemOf(head) });
    retries.sort((a, b) => (a.head.position < b.head.position ? -1 : 1));
    const taken = retries.flatMap(({ item }) => (item ? [item] : []));
    const failures = await this.call(taken);
    if (!failures) return;

    const plans = retries.flatMap(({ head, item }) => {
      if (!item) return [this.aside.planMissing(head)];
      return failures.has(head.position) ? [this.aside.plan(item, failures.get(head.position), head)] : [];
    });
    await this.session.commit(async () => {
      for (const plan of plans) await plan.write();
      for (const { head, item } of retries) if (item && !failures.has(head.position)) await this.aside.remove(head);
      return this.session.position;
    });
    this.session.progress.retried += heads.filter((head) => head.attempts > 0).length;
    this.session.progress.handled += taken.length - failures.size;
    for (const plan of plans) plan.report();
  }

  /** The last call has returned before the session ends; not all that it has done is saved. */
  async finish(): Promise<void> {
    await this.marking;
    await this.passing.save();
  }

  /**
   * All went through: the checkpoint follows while the next batch is on its way, one commit at a time. A crash in between sends the next
   * batch again as well, which is as good as sending the last one again.
   */
  private async mark(position: bigint, handled: number): Promise<void> {
    await this.marking;
    this.marking = this.save(position, handled).catch((error: unknown) => this.session.fail(error));
  }

  private async save(position: bigint, handled: number): Promise<void> {
    await this.session.save(() => position);
    failpoint('relay.afterMark');
    this.session.progress.handled += handled;
  }

  private async call(items: readonly Item[]): Promise<Failures | undefined> {
    const faults = items.flatMap(({ record, fault }) => (fault ? [[record.position, fault.error] as const] : []));
    const sound = items.filter(({ fault, passed }) => !fault && !passed);
    const failures = sound.length === 0 ? new Map<bigint, unknown>() : await this.send(sound);
    return failures && new Map([...faults, ...failures]);
  }

  /** Calls until the batch goes through; undefined when the session ends first, and then nothing may be committed. */
  private async send(items: readonly Item[]): Promise<Failures | undefined> {
    const { definition, clock, ids, logger } = this.options;
    const records = items.map(({ record }) => record);
    for (let attempt = 1; !this.session.intake.aborted; attempt += 1) {
      try {
        const failed = await callWithin(() => inBatchSpan(definition, records, () => definition.handleBatch(records)), {
          clock,
          what: `${definition.name} on records ${records[0]!.position} to ${records.at(-1)!.position}`,
          deadlineMs: definition.deadlineMs,
          cut: this.session.signal,
        });
        this.session.noteRecovery(this);
        const known = new Set(records.map(({ position }) => position));
        return new Map(failed.flatMap(({ position, error }) => (known.has(position) ? [[position, error]] : [])));
      } catch (error) {
        this.session.signal.throwIfAborted();
        if (!comesAgain(error)) {
          this.session.noteRecovery(this);
          return items.length === 1 ? new Map([[records[0]!.position, error]]) : this.sendOneByOne(items);
        }
        this.session.noteTrouble(this, error);
        const delayMs = nextDelayMs(unavailablePolicy, attempt, ids.random())!;
        logger.warn(`Subscription ${definition.name} sends the same batch again.`, {
          records: records.length,
          attempt,
          delayMs,
          error,
        });
        await clock.sleep(delayMs, this.session.intake);
      }
    }
    return undefined;
  }

  /** An error nobody foresaw says not which record it is about: alone, each has its own fate. What went out before goes out again. */
  private async sendOneByOne(items: readonly Item[]): Promise<Failures | undefined> {
    const failures = new Map<bigint, unknown>();
    const failed = new Map<string, unknown>();
    for (const item of items) {
      if (!failed.has(item.key)) {
        const outcome = await this.send([item]);
        if (!outcome) return undefined;
        if (outcome.size > 0) failed.set(item.key, outcome.get(item.record.position));
      }
      if (failed.has(item.key)) failures.set(item.record.position, failed.get(item.key));
    }
    return failures;
  }
}

/** No answer in time is the receiver's trouble: the batch comes again, as after an error that says so. */
function comesAgain(error: unknown): boolean {
  return isInfrastructure(error) || error instanceof DeadlineExceededError;
}
