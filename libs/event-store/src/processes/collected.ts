// What the records of one unit of work have come to, kept until its end and then written in one statement.
import type { Transaction } from '../core/index.js';

export class Collected<T> {
  /** Forgotten with the transaction, so that a unit that runs again begins with nothing. */
  private readonly units = new WeakMap<Transaction, T[]>();

  constructor(private readonly writeAll: (items: readonly T[]) => Promise<void>) {}

  add(transaction: Transaction, items: readonly T[]): void {
    if (items.length === 0) return;
    const known = this.units.get(transaction);
    if (known) known.push(...items);
    else this.units.set(transaction, [...items]);
  }

  /** What was added since the last time, in that order. Does nothing where that is nothing. */
  async write(transaction: Transaction): Promise<void> {
    const items = this.units.get(transaction);
    if (!items) return;
    this.units.delete(transaction);
    await this.writeAll(items);
  }
}
