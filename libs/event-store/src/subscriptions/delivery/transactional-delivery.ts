// Effect and checkpoint in one unit of work: as many records as the definition allows while all goes well, one at a time as soon as one fails.
import type { LogRecord, ParkedMessage } from '../../core/index.js';
import { failpoint, overtakingKey } from '../../core/index.js';
import { concernedItems } from './concerned.js';
import type { Delivery } from './delivery.js';
import { CommitUncertainError, isInfrastructure } from '../failure.js';
import { HeldKeys } from './held-keys.js';
import { distinctKeys, type Item } from '../item.js';
import { Passing } from './passing.js';
import type { SubscriptionRunnerOptions } from '../runner/runner-options.js';
import type { Session } from '../runner/session.js';
import { SetAsides } from './set-asides.js';
import type { TransactionalSubscription } from '../subscription.js';
import { UncertainCommits } from './uncertain-commits.js';
import { UnitCalls } from './unit-calls.js';

const RETRIES_IN_A_ROW = 100;
/** A unit that has taken this long commits what it has, in milliseconds: until then every reader of what it appended has to wait. */
const UNIT_MS = 1_000;

export class TransactionalDelivery implements Delivery {
  private readonly aside: SetAsides;
  private readonly calls: UnitCalls;
  private readonly uncertain: UncertainCommits;
  private readonly passing: Passing;

  constructor(
    private readonly session: Session,
    private readonly options: SubscriptionRunnerOptions<TransactionalSubscription>,
  ) {
    this.aside = new SetAsides(session, options);
    this.calls = new UnitCalls(session, options, this.aside);
    this.uncertain = new UncertainCommits(session.progress);
    this.passing = new Passing(session, options);
  }

  get restMs(): number {
    return this.aside.restMs;
  }

  async deliver(records: readonly LogRecord[]): Promise<void> {
    let rest = await concernedItems(records, this.session, this.options);
    const last = rest.at(-1);
    if (last && !rest.some(({ wanted }) => wanted)) return this.passing.to(last.record.position);
    while (rest.length > 0 && !this.session.intake.aborted) {
      await this.deliverUnit(this.nextUnit(rest));
      rest = rest.filter(({ record }) => record.position > this.session.position);
      await this.rest();
    }
  }

  async retryDue(): Promise<void> {
    // Behind a head that got through the next one of its key is due at once; but new records must not wait for a long row of them.
    for (let retried = 0; retried < RETRIES_IN_A_ROW;) {
      const heads = await this.aside.due();
      if (heads.length === 0) return;
      for (const head of heads) {
        if (this.session.intake.aborted) return;
        await this.retry(head);
        retried += 1;
      }
    }
  }

  /** Everything handled is committed already, but not all that was passed. */
  finish(): Promise<void> {
    return this.passing.save();
  }

  /** Up to the last record that may share the unit; those nobody wants cost nothing. */
  private nextUnit(items: readonly Item[]): readonly Item[] {
    const { together = Infinity } = this.options.definition;
    let wanted = 0;
    const last = items.findIndex((item) => item.wanted && (wanted += 1) >= together);
    return last < 0 ? items : items.slice(0, last + 1);
  }

  private async rest(): Promise<void> {
    const { clock, definition } = this.options;
    if (definition.restMs !== undefined) await clock.sleep(definition.restMs, this.session.intake);
  }

  private async deliverUnit(items: readonly Item[]): Promise<void> {
    if (this.uncertain.covers(items)) return this.oneByOne(items);
    try {
      await this.together(items);
    } catch (error) {
      if (this.endsSession(error, items)) throw error;
      const [item, ...others] = items.filter(({ wanted }) => wanted);
      // It was alone already: another call would only double what it did outside the transaction.
      if (item && others.length === 0) await this.setAside(item, error);
      else await this.oneByOne(items);
    }
  }

  /** Ends early when the unit has taken long enough or a drain has begun: the checkpoint then says how far it came. */
  private async together(items: readonly Item[]): Promise<void> {
    const { clock } = this.options;
    let handled = 0;
    await this.session.commit(async (transaction) => {
      handled = 0; // the whole of this runs again after a deadlock
      const end = clock.now().getTime() + UNIT_MS;
      let position = this.session.position;
      const wanted = items.filter((item) => item.wanted);
      const held = new HeldKeys(this.aside);
      await held.placeBehind(distinctKeys(wanted)); // in one look
      await this.calls.prepare(wanted, transaction);
      for (const item of items) {
        const isEnough = this.session.intake.aborted || clock.now().getTime() >= end;
        if (isEnough && position > this.session.position) break;
        const place = item.wanted ? await held.placeBehind(await this.calls.keysOf(item, transaction)) : undefined;
        if (place !== undefined && !(await this.calls.overtakes(item, transaction)))
          await this.aside.queueBehind(item, place);
        else if (item.wanted) {
          await this.calls.handle(item, transaction);
          handled += 1;
          if (this.options.definition.log === 'events' && handled < wanted.length) failpoint('projection.midBatch');
        }
        position = item.record.position;
      }
      if (handled > 0) await this.calls.conclude(transaction);
      return position;
    });
    this.session.progress.handled += handled;
  }

  private async oneByOne(items: readonly Item[]): Promise<void> {
    for (const item of items) {
      if (this.session.intake.aborted) return;
      if (item.wanted) await this.alone(item);
    }
    await this.session.save(() => items.at(-1)!.record.position);
  }

  private async alone(item: Item): Promise<void> {
    const known = this.uncertain.failureOf(item);
    try {
      if (known) await this.setAsideUntried(item, known.error);
      else await this.together([item]);
    } catch (error) {
      if (this.endsSession(error, [item])) throw error;
      await this.setAside(item, error);
    }
  }

  private async retry(head: ParkedMessage): Promise<void> {
    const item = await this.aside.itemOf(head);
    if (!item) return this.giveUp(head);
    if (head.attempts > 0) this.session.progress.retried += 1;
    const known = this.uncertain.failureOf(item);
    if (known) return this.setAside(item, known.error, head);
    try {
      let handled = 0;
      await this.session.commit(async (transaction) => {
        await this.calls.prepare([item], transaction);
        const place = await this.aside.before(head, await this.calls.keysOf(item, transaction));
        if (place === undefined) {
          await this.calls.handle(item, transaction);
          await this.calls.conclude(transaction);
        }
        handled = place === undefined ? 1 : 0;
        await this.aside.remove(head);
        if (place !== undefined) await this.aside.queueBehind(item, place);
        return this.session.position;
      });
      this.session.progress.handled += handled;
    } catch (error) {
      if (this.endsSession(error, [item])) throw error;
      await this.setAside(item, error, head);
    }
  }

  /** `head`: as what it was set aside before; without it, it comes from the log. */
  private async setAside(item: Item, error: unknown, head?: ParkedMessage): Promise<void> {
    const { record } = item;
    const key = head ? item.key : this.calls.goesBefore(record) ? overtakingKey(item.key) : this.calls.placeOf(item);
    const plan = this.aside.plan({ record, key }, error, head);
    await this.session.commit(() => plan.write().then(() => (head ? this.session.position : record.position)));
    plan.report();
  }

  /** No unit of this session has asked yet whether it goes before what waits for it: behind that, neither would ever come. */
  private async setAsideUntried(item: Item, error: unknown): Promise<void> {
    const { record } = item;
    let plan = this.aside.plan(item, error);
    await this.session.commit(async (transaction) => {
      await this.calls.prepare([item], transaction);
      const place = await new HeldKeys(this.aside).placeBehind(await this.calls.keysOf(item, transaction));
      const goes = place !== undefined && (await this.calls.overtakes(item, transaction));
      plan = this.aside.plan(
        { record, key: goes ? overtakingKey(item.key) : (place ?? this.calls.placeOf(item)) },
        error,
      );
      await plan.write();
      return record.position;
    });
    plan.report();
  }

  private async giveUp(head: ParkedMessage): Promise<void> {
    const plan = this.aside.planMissing(head);
    await this.session.commit(() => plan.write().then(() => this.session.position));
    plan.report();
  }

  /** Otherwise it is the record's own failure. A store that is broken fails again when the record is set aside, and ends the session then. */
  private endsSession(error: unknown, items: readonly Item[]): boolean {
    if (error instanceof CommitUncertainError) this.uncertain.remember(error, items);
    return this.session.signal.aborted || isInfrastructure(error);
  }
}
