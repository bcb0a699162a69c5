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
  private readonly parts = new Set<Part>();

  /** `db` is the {@link MemoryDatabase}; its `table` gives transactional rows for read models. */
  constructor(readonly db: object) {
    super();
  }

  /** For parts: this transaction has a draft there. */
  touch(part: Part): void {
    this.parts.add(part);
  }

  /** False when another transaction was first: nothing was written, and the unit may run again. Synchronous, therefore atomic. */
  commit(): boolean {
    this.assertCommittable();
    for (const part of this.parts) {
      if (part.conflicts(this)) {
        this.rollback();
        return false;
      }
    }
    for (const part of this.parts) part.apply(this);
    this.committed();
    return true;
  }

  rollback(): void {
    this.abandon();
    this.rolledBack();
  }

  /** The server gives it up: nothing of it will ever be seen, though its holder may not know yet. */
  abandon(): void {
    for (const part of this.parts) part.discard(this);
  }
}
