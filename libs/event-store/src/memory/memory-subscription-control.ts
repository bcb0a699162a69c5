// What an operator does to a subscription, in memory: as on PostgreSQL, whoever worked on it is fenced.
import {
  LeaseLostError,
  type Clock,
  type Lease,
  type LogCursor,
  type Pause,
  type SubscriptionControl,
  type SubscriptionKey,
} from '../core/index.js';
import { subscriptionKeyText } from './memory-checkpoint-store.js';
import type { MemoryDatabase } from './memory-database.js';
import { parkedKeyText } from './memory-parking-store.js';

export class MemorySubscriptionControl implements SubscriptionControl {
  constructor(
    private readonly database: MemoryDatabase,
    private readonly clock: Clock,
  ) {}

  async pause(of: SubscriptionKey, { by, reason }: Omit<Pause, 'since'>): Promise<boolean> {
    const { checkpoints, leases, fences, pauses } = this.database;
    const key = subscriptionKeyText(of);
    return this.database.transact((transaction) => {
      if (!checkpoints.get(transaction, key) || pauses.get(transaction, key)) return false;
      pauses.set(transaction, key, { since: this.clock.now(), by, reason });
      fences.set(transaction, key, (fences.get(transaction, key) ?? 0n) + 1n);
      leases.delete(transaction, key);
      return true;
    });
  }

  async resume(of: SubscriptionKey): Promise<boolean> {
    const { pauses } = this.database;
    const key = subscriptionKeyText(of);
    return this.database.transact((transaction) => {
      if (!pauses.get(transaction, key)) return false;
      pauses.delete(transaction, key);
      return true;
    });
  }

  async takeOver({ name, log }: SubscriptionKey, owner: string, ttlMs: number): Promise<Lease | undefined> {
    const { checkpoints, leases, fences, pauses } = this.database;
    const key = subscriptionKeyText({ name, log });
    return this.database.transact((transaction) => {
      const known = checkpoints.get(transaction, key);
      if (!known || pauses.get(transaction, key)) return undefined;
      const epoch = (fences.get(transaction, key) ?? 0n) + 1n;
      fences.set(transaction, key, epoch);
      leases.set(transaction, key, { owner, until: new Date(this.clock.now().getTime() + ttlMs) });
      return { name, log, owner, epoch, cursor: known.cursor };
    });
  }

  async restart(lease: Lease, at: LogCursor): Promise<void> {
    const { checkpoints, leases, fences, parked, discarded } = this.database;
    const { name, log, owner, epoch } = lease;
    const key = subscriptionKeyText(lease);
    this.database.transact((transaction) => {
      fences.hold(transaction, key);
      if (leases.get(transaction, key)?.owner !== owner || fences.get(transaction, key) !== epoch) {
        const lost = new LeaseLostError(name, epoch);
        transaction.markRollbackOnly(lost);
        throw lost;
      }
      checkpoints.set(transaction, key, { name, log, cursor: at });
      for (const table of [parked, discarded])
        for (const one of table.all(transaction))
          if (one.name === name && one.log === log) table.delete(transaction, parkedKeyText(one, one.position));
    });
  }
}
