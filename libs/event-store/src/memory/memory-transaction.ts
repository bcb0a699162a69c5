// A unit of work in memory: what it writes stays a draft that nobody else sees, until all parts of the database take their drafts over together.
import { Transaction } from '../core/index.js';

/** A table or log: keeps each open transaction's draft. */
export interface Part {
  /** Whether somebody else has committed a change to what the draft rests on. */
  conflicts(transaction: MemoryTransaction): boolean;
  apply(transaction: MemoryTransaction): void;
  discard(transaction: MemoryTransaction): void;
}

export class MemoryTransaction extends Transaction {
  private readonly drafts = new Map<Part, unknown>();

  /** `db` is the {@link MemoryDatabase}; its `table` gives transactional rows for read models. */
  constructor(readonly db: object) {
    super();
  }

  /** For parts: what {@link keep} was given. */
  draftOf(part: Part): unknown {
    return this.drafts.get(part);
  }

  /** For parts: this transaction has a draft there. */
  keep(part: Part, draft: unknown): void {
    this.drafts.set(part, draft);
  }

  /** False when another transaction was first: nothing was written, and the unit may run again. Synchronous, therefore atomic. */
  commit(): boolean {
    this.assertCommittable();
    for (const part of this.drafts.keys()) {
      if (part.conflicts(this)) {
        this.rollback();
        return false;
      }
    }
    for (const part of this.drafts.keys()) part.apply(this);
    this.drafts.clear();
    this.committed();
    return true;
  }

  rollback(): void {
    this.abandon();
    this.rolledBack();
  }

  /** The server gives it up: nothing of it will ever be seen, though its holder may not know yet. */
  abandon(): void {
    for (const part of this.drafts.keys()) part.discard(this);
    this.drafts.clear();
  }
}
