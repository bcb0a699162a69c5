// Units of work in memory run side by side, as on PostgreSQL; one that lost a race at its commit runs again, as after a serialisation failure.
import {
  MessageContext,
  runInTransaction,
  UnavailableError,
  type Transaction,
  type UnitOfWork,
} from '../core/index.js';
import type { MemoryDatabase } from './memory-database.js';
import { MemoryTransaction } from './memory-transaction.js';

const MAX_ATTEMPTS = 10;

/** For who plays the server: told of each transaction, and how one ends. */
export interface MemoryUnitOfWorkHooks {
  readonly begun?: (transaction: MemoryTransaction) => void;
  /** Resolves as {@link MemoryTransaction.commit} returns. Default: that call. */
  readonly commit?: (transaction: MemoryTransaction) => Promise<boolean>;
  /** Default: rolled back at once. */
  readonly rollback?: (transaction: MemoryTransaction) => void;
}

export class MemoryUnitOfWork implements UnitOfWork {
  constructor(
    private readonly database: MemoryDatabase,
    private readonly hooks: MemoryUnitOfWorkHooks = {},
  ) {}

  async run<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const open = this.database.transaction();
    if (open) return join(open, work);
    const takeBack = MessageContext.current()?.mark();
    const { begun, commit = commitNow, rollback = rollbackNow } = this.hooks;
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const transaction = new MemoryTransaction(this.database);
      begun?.(transaction);
      try {
        const result = await runInTransaction(transaction, () => work(transaction));
        if (await commit(transaction)) return result;
        takeBack?.();
      } catch (error) {
        rollback(transaction);
        throw error;
      }
    }
    throw new UnavailableError(`The memory store (${MAX_ATTEMPTS} commits in a row lost a race)`);
  }
}

function commitNow(transaction: MemoryTransaction): Promise<boolean> {
  return Promise.resolve(transaction.commit());
}

function rollbackNow(transaction: MemoryTransaction): void {
  transaction.rollback();
}

/** An inner unit that fails takes the outer one with it: half of it must not be committed. */
async function join<T>(open: Transaction, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  try {
    return await work(open);
  } catch (error) {
    open.markRollbackOnly(error);
    throw error;
  }
}
