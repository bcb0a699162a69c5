// Checkpoints and leases in memory. Time is the clock's: a simulation lets leases expire by moving it.
import {
  LeaseLostError,
  type CheckpointStore,
  type Clock,
  type Lease,
  type LogCursor,
  type LogName,
  type SubscriptionKey,
  type SubscriptionStatus,
} from '../core/index.js';
import type { MemoryDatabase } from './memory-database.js';
import type { MemoryTransaction } from './memory-transaction.js';

export class MemoryCheckpointStore implements CheckpointStore {
  constructor(
    private readonly database: MemoryDatabase,
    private readonly clock: Clock,
  ) {}

  async acquire(
    { name, log }: SubscriptionKey,
    owner: string,
    ttlMs: number,
    initial: () => Promise<LogCursor>,
  ): Promise<Lease | undefined> {
    const { checkpoints, leases, fences, pauses } = this.database;
    const key = subscriptionKeyText({ name, log });
    const first = checkpoints.get(this.database.transaction(), key) ? undefined : await initial();
    return this.database.transact((transaction) => {
      if (pauses.get(transaction, key)) return undefined;
      const held = leases.get(transaction, key);
      if (held && held.owner !== owner && held.until > this.clock.now()) return undefined;
      const cursor = checkpoints.get(transaction, key)?.cursor ?? first!;
      if (!checkpoints.get(transaction, key)) checkpoints.set(transaction, key, { name, log, cursor });
      const epoch = (fences.get(transaction, key) ?? 0n) + 1n; // also for the same owner: it may have restarted
      fences.set(transaction, key, epoch);
      leases.set(transaction, key, { owner, until: this.inMs(ttlMs) });
      return { name, log, owner, epoch, cursor };
    });
  }

  async renew(lease: Lease, ttlMs: number): Promise<boolean> {
    return this.database.transact((transaction) => {
      const ours = this.isOurs(transaction, lease);
      if (ours)
        this.database.leases.set(transaction, subscriptionKeyText(lease), {
          owner: lease.owner,
          until: this.inMs(ttlMs),
        });
      return ours;
    });
  }

  async release(lease: Lease): Promise<void> {
    this.database.transact((transaction) => {
      if (this.isOurs(transaction, lease)) this.database.leases.delete(transaction, subscriptionKeyText(lease));
    });
  }

  async save(lease: Lease, position: bigint): Promise<void> {
    const { checkpoints, fences } = this.database;
    const { name, log, cursor } = lease;
    this.database.transact((transaction) => {
      fences.hold(transaction, subscriptionKeyText(lease));
      if (!this.isOurs(transaction, lease)) {
        const lost = new LeaseLostError(name, lease.epoch);
        transaction.markRollbackOnly(lost);
        throw lost;
      }
      const before = checkpoints.get(transaction, subscriptionKeyText(lease))?.cursor.position ?? 0n;
      if (position > before)
        checkpoints.set(transaction, subscriptionKeyText(lease), {
          name,
          log,
          cursor: { epoch: cursor.epoch, position },
        });
    });
  }

  async list(): Promise<SubscriptionStatus[]> {
    const { checkpoints, leases, fences, pauses } = this.database;
    const transaction = this.database.transaction();
    return checkpoints
      .all(transaction)
      .map(({ name, log, cursor }) => {
        const key = subscriptionKeyText({ name, log });
        const lease = leases.get(transaction, key);
        const leaseEpoch = fences.get(transaction, key) ?? 0n;
        const paused = pauses.get(transaction, key);
        return { name, log, cursor, owner: lease?.owner, leaseEpoch, leasedUntil: lease?.until, paused };
      })
      .sort((a, b) => (subscriptionKeyText(a) < subscriptionKeyText(b) ? -1 : 1));
  }

  async positions(log: LogName, names: readonly string[]): Promise<ReadonlyMap<string, bigint>> {
    const all = this.database.checkpoints.all(this.database.transaction());
    const asked = all.filter((checkpoint) => checkpoint.log === log && names.includes(checkpoint.name));
    return new Map(asked.map(({ name, cursor }) => [name, cursor.position]));
  }

  private isOurs(transaction: MemoryTransaction, lease: Lease): boolean {
    const { leases, fences } = this.database;
    return (
      leases.get(transaction, subscriptionKeyText(lease))?.owner === lease.owner &&
      fences.get(transaction, subscriptionKeyText(lease)) === lease.epoch
    );
  }

  private inMs(ms: number): Date {
    return new Date(this.clock.now().getTime() + ms);
  }
}

/** As the tables of subscriptions know it. */
export function subscriptionKeyText({ name, log }: SubscriptionKey): string {
  return `${log}/${name}`;
}
