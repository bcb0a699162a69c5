// Idempotency keys in memory. Time is the clock's.
import type { Clock, IdempotencyKeys, IdGenerator } from '../core/index.js';
import type { MemoryDatabase } from './memory-database.js';

export class MemoryIdempotencyKeys implements IdempotencyKeys {
  constructor(
    private readonly database: MemoryDatabase,
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
  ) {}

  async commandOf(id: string, ttlMs: number): Promise<string> {
    const old = this.clock.now().getTime() - ttlMs;
    const { commandTimes, idempotencyKeys } = this.database;
    const recordedAt = commandTimes.get(undefined, id);
    if (recordedAt === undefined || recordedAt > old) return id;
    const known = idempotencyKeys.get(undefined, id);
    if (known && this.since(known) > old) return known.commandId;
    const renewed = { commandId: this.ids.next(), renewedAt: this.clock.now().getTime() };
    this.database.transact((transaction) => idempotencyKeys.set(transaction, id, renewed));
    return renewed.commandId;
  }

  async prune(ttlMs: number, limit: number): Promise<number> {
    const { idempotencyKeys } = this.database;
    const old = this.clock.now().getTime() - ttlMs;
    const expired = [...idempotencyKeys.entries()].filter(([, key]) => this.since(key) <= old).slice(0, limit);
    this.database.transact((transaction) => expired.forEach(([id]) => idempotencyKeys.delete(transaction, id)));
    return expired.length;
  }

  /** As in PostgreSQL: from when the outcome of its command was recorded; as long as there is none, from when the key got it. */
  private since({ commandId, renewedAt }: { readonly commandId: string; readonly renewedAt: number }): number {
    return this.database.commandTimes.get(undefined, commandId) ?? renewedAt;
  }
}
