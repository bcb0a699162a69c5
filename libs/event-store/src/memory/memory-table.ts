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

  /** What `transaction` sees; without one, what is committed. */
  get(transaction: MemoryTransaction | undefined, key: string): V | undefined {
    const draft = this.draftOf(transaction);
    return draft?.writes.has(key) ? draft.writes.get(key) : this.rows.get(key);
  }

  all(transaction: MemoryTransaction | undefined): V[] {
    const draft = this.draftOf(transaction);
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
    for (const [key, base] of this.draftOf(transaction)?.bases ?? [])
      if ((this.changes.get(key) ?? 0) !== base) return true;
    return false;
  }

  apply(transaction: MemoryTransaction): void {
    for (const [key, row] of this.draftOf(transaction)?.writes ?? []) {
      this.changes.set(key, (this.changes.get(key) ?? 0) + 1);
      if (row === undefined) this.rows.delete(key);
      else this.rows.set(key, row);
    }
  }

  discard(): void {
    // the draft is the transaction's
  }

  private draftOf(transaction: MemoryTransaction | undefined): Draft<V> | undefined {
    return transaction?.draftOf(this) as Draft<V> | undefined;
  }

  private rest(transaction: MemoryTransaction, key: string): Draft<V> {
    let draft = this.draftOf(transaction);
    if (!draft) {
      draft = { writes: new Map(), bases: new Map() };
      transaction.keep(this, draft);
    }
    if (!draft.bases.has(key)) draft.bases.set(key, this.changes.get(key) ?? 0);
    return draft;
  }
}
