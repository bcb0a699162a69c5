// Records set aside, in memory. The lowest position of a key speaks for the key: the others stand behind it.
import type { Clock, ParkedMessage, ParkingStore, RecordToPark, SubscriptionKey } from '../core/index.js';
import { subscriptionKeyText } from './memory-checkpoint-store.js';
import type { MemoryDatabase } from './memory-database.js';

export class MemoryParkingStore implements ParkingStore {
  constructor(
    private readonly database: MemoryDatabase,
    private readonly clock: Clock,
  ) {}

  async isEmpty(subscription: SubscriptionKey): Promise<boolean> {
    return this.of(subscription).length === 0;
  }

  async heldKeys(subscription: SubscriptionKey, keys: readonly string[]): Promise<ReadonlySet<string>> {
    const held = new Set(this.of(subscription).map(({ key }) => key));
    return new Set(keys.filter((key) => held.has(key)));
  }

  async setAside(
    subscription: SubscriptionKey,
    record: RecordToPark,
    { attempts, reason, delayMs }: { attempts: number; reason: string; delayMs: number | undefined },
  ): Promise<void> {
    const dueAt = delayMs === undefined ? undefined : new Date(this.clock.now().getTime() + delayMs);
    this.put(subscription, record, { status: dueAt ? 'waiting' : 'parked', attempts, reason, dueAt });
  }

  async queueBehind(subscription: SubscriptionKey, record: RecordToPark): Promise<void> {
    if (this.find(subscription, record.position)) return;
    this.put(subscription, record, { status: 'behind', attempts: 0, reason: '', dueAt: undefined });
  }

  async due(subscription: SubscriptionKey, limit: number): Promise<ParkedMessage[]> {
    return this.heads(subscription)
      .filter((message) => this.dueInMs(message) <= 0)
      .slice(0, limit);
  }

  async nextDueInMs(subscription: SubscriptionKey): Promise<number | undefined> {
    const waits = this.heads(subscription).map((message) => this.dueInMs(message));
    return waits.length === 0 ? undefined : Math.max(0, Math.min(...waits));
  }

  async remove(subscription: SubscriptionKey, position: bigint): Promise<void> {
    this.database.transact((transaction) =>
      this.database.parked.delete(transaction, parkedKeyText(subscription, position)),
    );
  }

  async takeOut(subscription: SubscriptionKey): Promise<readonly ParkedMessage[]> {
    return this.database.transact((transaction) => {
      const all = this.of(subscription);
      for (const { position } of all) this.database.parked.delete(transaction, parkedKeyText(subscription, position));
      return all;
    });
  }

  async replay(subscription: SubscriptionKey, position: bigint): Promise<boolean> {
    return this.database.transact((transaction) => {
      const message = this.find(subscription, position);
      if (message?.status !== 'parked') return false;
      const again = { ...message, status: 'waiting' as const, attempts: 0, dueAt: this.clock.now() };
      this.database.parked.set(transaction, parkedKeyText(subscription, position), again);
      return true;
    });
  }

  async discard(subscription: SubscriptionKey, position: bigint): Promise<boolean> {
    const { checkpoints, discarded, parked } = this.database;
    return this.database.transact((transaction) => {
      const message = this.find(subscription, position);
      if (message?.status !== 'parked') return false;
      const place = parkedKeyText(subscription, position);
      parked.delete(transaction, place);
      const checkpoint = checkpoints.get(transaction, subscriptionKeyText(subscription))?.cursor.position;
      for (const one of discarded.all(transaction).filter(isOf(subscription)))
        if (checkpoint !== undefined && one.position <= checkpoint)
          discarded.delete(transaction, parkedKeyText(one, one.position));
      if (checkpoint !== undefined && checkpoint < position) discarded.set(transaction, place, message);
      return true;
    });
  }

  async lastSetAside(subscription: SubscriptionKey, position: bigint): Promise<bigint | undefined> {
    const { discarded, parked } = this.database;
    const transaction = this.database.transaction();
    const beyond = [...parked.all(transaction), ...discarded.all(transaction)]
      .filter(isOf(subscription))
      .filter((one) => one.position > position);
    return beyond.sort((a, b) => compare(b.position, a.position))[0]?.position;
  }

  async isDiscarded(
    subscription: SubscriptionKey,
    { position, id }: Pick<RecordToPark, 'position' | 'id'>,
  ): Promise<boolean> {
    const place = parkedKeyText(subscription, position);
    return this.database.discarded.get(this.database.transaction(), place)?.messageId === id;
  }

  async list({ name, key, status }: { name?: string; key?: string; status?: ParkedMessage['status'] } = {}): Promise<
    ParkedMessage[]
  > {
    return this.database.parked
      .all(this.database.transaction())
      .filter((message) => (name ?? message.name) === message.name)
      .filter((message) => (key ?? message.key) === message.key && (status ?? message.status) === message.status)
      .sort((a, b) => compare(a.name, b.name) || compare(a.log, b.log) || compare(a.position, b.position));
  }

  private put(
    subscription: SubscriptionKey,
    record: RecordToPark,
    state: Pick<ParkedMessage, 'status' | 'attempts' | 'reason' | 'dueAt'>,
  ): void {
    const { name, log } = subscription;
    const { position, id: messageId, type, key } = record;
    const parkedAt = this.find(subscription, position)?.parkedAt ?? this.clock.now();
    const message = { name, log, position, messageId, type, key, ...state, parkedAt };
    this.database.transact((transaction) =>
      this.database.parked.set(transaction, parkedKeyText(subscription, position), message),
    );
  }

  private find(subscription: SubscriptionKey, position: bigint): ParkedMessage | undefined {
    return this.database.parked.get(this.database.transaction(), parkedKeyText(subscription, position));
  }

  /** Ascending. */
  private of(subscription: SubscriptionKey): ParkedMessage[] {
    return this.database.parked
      .all(this.database.transaction())
      .filter(isOf(subscription))
      .sort((a, b) => compare(a.position, b.position));
  }

  /** The lowest position of each key, without keys whose lowest is parked for good. */
  private heads(subscription: SubscriptionKey): ParkedMessage[] {
    const heads = new Map<string, ParkedMessage>();
    for (const message of this.of(subscription)) if (!heads.has(message.key)) heads.set(message.key, message);
    return [...heads.values()].filter(({ status }) => status !== 'parked');
  }

  /** One that stood behind is due as soon as nothing stands before it. */
  private dueInMs({ dueAt }: ParkedMessage): number {
    return dueAt ? dueAt.getTime() - this.clock.now().getTime() : 0;
  }
}

function isOf({ name, log }: SubscriptionKey): (one: SubscriptionKey) => boolean {
  return (one) => one.name === name && one.log === log;
}

function compare<T extends string | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** As the table of what is set aside knows it. */
export function parkedKeyText({ name, log }: SubscriptionKey, position: bigint): string {
  return `${log}/${position}/${name}`;
}
