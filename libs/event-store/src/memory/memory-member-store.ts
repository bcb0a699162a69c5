// Who shares a subscription's segments, in memory. Time is the clock's.
import type { Clock, MemberStore, SubscriptionKey } from '../core/index.js';
import type { MemoryDatabase } from './memory-database.js';

export class MemoryMemberStore implements MemberStore {
  constructor(
    private readonly database: MemoryDatabase,
    private readonly clock: Clock,
  ) {}

  async announce({ name, log }: SubscriptionKey, member: string, ttlMs: number): Promise<string[]> {
    const now = this.clock.now().getTime();
    return this.database.transact((transaction) => {
      const { members } = this.database;
      members.set(transaction, keyOf({ name, log }, member), { name, log, member, aliveUntil: now + ttlMs });
      const all = members.all(transaction).filter((one) => one.name === name && one.log === log);
      for (const one of all) if (one.aliveUntil <= now) members.delete(transaction, keyOf(one, one.member));
      return all.flatMap((one) => (one.aliveUntil > now ? [one.member] : [])).sort();
    });
  }

  async leave(group: SubscriptionKey, member: string): Promise<void> {
    this.database.transact((transaction) => this.database.members.delete(transaction, keyOf(group, member)));
  }
}

function keyOf({ name, log }: SubscriptionKey, member: string): string {
  return JSON.stringify([name, log, member]);
}
