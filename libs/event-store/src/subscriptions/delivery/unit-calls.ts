// What a transactional subscription is asked within a unit of work: each call with its deadline, and a record's in its context.
import { failpoint, type LogRecord, type Transaction } from '../../core/index.js';
import { callWithin } from '../call.js';
import { inContextOf, type Item } from '../item.js';
import type { SubscriptionRunnerOptions } from '../runner/runner-options.js';
import type { Session } from '../runner/session.js';
import type { SetAsides } from './set-asides.js';
import type { TransactionalSubscription } from '../subscription.js';

export class UnitCalls {
  private readonly overtaking = new WeakSet<LogRecord>();
  /** Where a record is to be set aside, as the unit that met it last has found. */
  private readonly places = new WeakMap<LogRecord, string>();

  constructor(
    private readonly session: Session,
    private readonly options: SubscriptionRunnerOptions<TransactionalSubscription>,
    private readonly aside: SetAsides,
  ) {}

  async handle({ record, fault, passed }: Item, transaction: Transaction): Promise<void> {
    if (fault) throw fault.error;
    if (passed) return;
    const { definition } = this.options;
    await this.call(`record ${record.position}`, () =>
      inContextOf(definition, record, () => definition.handle(record, transaction)),
    );
  }

  async prepare(items: readonly Item[], transaction: Transaction): Promise<void> {
    const { definition } = this.options;
    const records = items.filter(({ fault, passed }) => !fault && !passed).map(({ record }) => record);
    if (!definition.prepare || records.length === 0) return;
    await this.call(`${records.length} records`, () => definition.prepare!(records, transaction));
  }

  /** When all of the unit is handled. */
  async conclude(transaction: Transaction): Promise<void> {
    const { definition } = this.options;
    if (definition.conclude) await this.call('the end of a unit of work', () => definition.conclude!(transaction));
    if (definition.log === 'inbound') failpoint('inbox.afterEffectBeforeCommit');
  }

  /** All keys of what the record is for; the first is where it is set aside. */
  async keysOf({ record, key, fault, passed }: Item, transaction: Transaction): Promise<readonly string[]> {
    const { definition } = this.options;
    if (!definition.keysWithin || fault || passed) return [key];
    const keys = await this.call(`record ${record.position}`, () => definition.keysWithin!(record, transaction));
    this.places.set(record, keys[0]!);
    return keys;
  }

  placeOf({ record, key }: Item): string {
    return this.places.get(record) ?? key;
  }

  async overtakes({ record, key, fault }: Item, transaction: Transaction): Promise<boolean> {
    const { definition } = this.options;
    if (!definition.overtakes || fault) return false;
    const ahead = () => this.aside.ahead(key);
    const goes = await this.call(`record ${record.position}`, () => definition.overtakes!(record, ahead, transaction));
    if (goes) this.overtaking.add(record);
    return goes;
  }

  /** As {@link overtakes} has answered. */
  goesBefore(record: LogRecord): boolean {
    return this.overtaking.has(record);
  }

  private call<T>(on: string, work: () => Promise<T>): Promise<T> {
    const { definition, clock } = this.options;
    const { name, deadlineMs } = definition;
    return callWithin(work, { clock, what: `${name} on ${on}`, deadlineMs, cut: this.session.signal });
  }
}
