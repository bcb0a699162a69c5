// Rows by key with one draft per open transaction. Rows are replaced, never mutated.
import type { MemoryTransaction, Part } from './memory-transaction.js';

interface Draft<V> {
  /** undefined: deleted. */
  readonly writes: Map<string, V | undefined>;
  /** Key → how often it had changed when the draft first rested on it. */
  readonly bases: Map<string, number>;
}

export class MemoryTable<V> implements Part {
  private readonly rows = new Map<string, V>();
  private readonly changes = new Map<string, number>();
  private readonly drafts = new WeakMap<MemoryTransaction, Draft<V>>();

  /** What `transaction` sees; without one, what is committed. */
  get(transaction: MemoryTransaction | undefined, key: string): V | undefined {
    const draft = transaction && this.drafts.get(transaction);
    return draft?.writes.has(key) ? draft.writes.get(key) : this.rows.get(key);
  }

  all(transaction: MemoryTransaction | undefined): V[] {
    const draft = transaction && this.drafts.get(transaction);
    if (!draft) return [...this.rows.values()];
    const seen = new Map<string, V | undefined>([...this.rows, ...draft.writes]);
    return [...seen.values()].filter((row): row is V & ({} | null) => row !== undefined);
  }

  /** Committed rows with their keys. */
  entries(): ReadonlyMap<string, V> {
    return this.rows;
  }

  set(transaction: MemoryTransaction, key: string, row: V): void {
    this.rest(transaction, key).writes.set(key, row);
  }

  delete(transaction: MemoryTransaction, key: string): void {
    this.rest(transaction, key).writes.set(key, undefined);
  }

  /** The transaction may commit only if nobody else changes the row before it does. */
  hold(transaction: MemoryTransaction, key: string): void {
    this.rest(transaction, key);
  }

  conflicts(transaction: MemoryTransaction): boolean {
    const bases = this.drafts.get(transaction)?.bases ?? new Map<string, number>();
    return [...bases].some(([key, base]) => (this.changes.get(key) ?? 0) !== base);
  }

  apply(transaction: MemoryTransaction): void {
    for (const [key, row] of this.drafts.get(transaction)?.writes ?? []) {
      this.changes.set(key, (this.changes.get(key) ?? 0) + 1);
      if (row === undefined) this.rows.delete(key);
      else this.rows.set(key, row);
    }
    this.drafts.delete(transaction);
  }

  discard(transaction: MemoryTransaction): void {
    this.drafts.delete(transaction);
  }

  private rest(transaction: MemoryTransaction, key: string): Draft<V> {
    let draft = this.drafts.get(transaction);
    if (!draft) {
      draft = { writes: new Map(), bases: new Map() };
      this.drafts.set(transaction, draft);
      transaction.touch(this);
    }
    if (!draft.bases.has(key)) draft.bases.set(key, this.changes.get(key) ?? 0);
    return draft;
  }
}
