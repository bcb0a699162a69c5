// One transaction that several writes share: an append, a read model, a checkpoint. Whoever runs inside it joins it without passing it by hand.
import { Ambient } from '../ambient.js';
import { UnitOfWorkClosedError, UnitOfWorkRolledBackError } from '../errors.js';

/** An open database transaction. Adapters subclass it with what their queries need. */
export abstract class Transaction {
  private open = true;
  private rollbackCause: unknown;
  private readonly afterCommit: (() => void)[] = [];

  /** What user code writes with: TypeORM's EntityManager on PostgreSQL. */
  abstract readonly db: unknown;

  /** Runs after the commit is durable; must not throw. */
  onCommit(callback: () => void): void {
    this.afterCommit.push(callback);
  }

  /** A decision in this unit has failed: whatever the caller does with the error, the unit may not commit. */
  markRollbackOnly(cause: unknown): void {
    this.rollbackCause ??= cause;
  }

  /** Whether it was marked first with this. */
  isMarkedBy(cause: unknown): boolean {
    return this.rollbackCause !== undefined && this.rollbackCause === cause;
  }

  /** Whether it was marked: then it has not been committed, or, where the cause is an UnavailableError, nobody knows. */
  get isRollbackOnly(): boolean {
    return this.rollbackCause !== undefined;
  }

  /** @throws UnitOfWorkRolledBackError when the unit was marked. For adapters, right before COMMIT. */
  assertCommittable(): void {
    if (this.rollbackCause !== undefined) throw new UnitOfWorkRolledBackError(this.rollbackCause);
  }

  /** For adapters: after COMMIT. */
  committed(): void {
    this.open = false;
    for (const callback of this.afterCommit) callback();
  }

  /** For adapters: after ROLLBACK. */
  rolledBack(): void {
    this.open = false;
  }

  get isOpen(): boolean {
    return this.open;
  }
}

const ambient = new Ambient<Transaction>();

/**
 * The transaction this call runs in, or undefined outside any.
 * @throws UnitOfWorkClosedError when the call outlived its unit of work (a promise nobody awaited): its write would silently run outside.
 */
export function currentTransaction(): Transaction | undefined {
  const transaction = ambient.current;
  if (transaction && !transaction.isOpen) throw new UnitOfWorkClosedError();
  return transaction;
}

/** For adapters: runs `work` with `transaction` as the ambient one. */
export function runInTransaction<T>(transaction: Transaction, work: () => Promise<T>): Promise<T> {
  return ambient.run(transaction, work);
}

/** Runs `work` outside any ambient transaction (e.g. timers started inside one). */
export function outsideTransaction<T>(work: () => T): T {
  return ambient.run(undefined, work);
}

export interface UnitOfWork {
  /**
   * Runs `work` in one READ COMMITTED transaction; joins the open one if there is one. Deadlocks and serialisation failures run the
   * whole of `work` again, so it must have no effects outside the transaction.
   * @throws UnitOfWorkRolledBackError a decision inside failed, although `work` swallowed the error.
   * @throws UnavailableError the database cannot be reached; whether a COMMIT in flight took effect is unknown.
   */
  run<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
}
