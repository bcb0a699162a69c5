// One transaction of TypeORM's DataSource that appends, read models and checkpoints share.
import type { QueryRunner } from 'typeorm';
import {
  MessageContext,
  runInTransaction,
  systemClock,
  systemIds,
  UnavailableError,
  UnitOfWorkRolledBackError,
  type Clock,
  type IdGenerator,
  type UnitOfWork,
} from '../../core/index.js';
import type { PostgresDatabase } from './database.js';
import { failureOf, isOfDatabase, translated } from './sql-states.js';
import { currentPostgresTransaction, PostgresTransaction } from './transaction.js';
import { UnitConnection } from './unit-connection.js';

/** How often a unit that lost a deadlock is run in all. */
const MAX_ATTEMPTS = 5;

export class PostgresUnitOfWork implements UnitOfWork {
  constructor(
    private readonly database: PostgresDatabase,
    private readonly clock: Clock = systemClock,
    private readonly ids: IdGenerator = systemIds,
  ) {}

  async run<T>(work: (transaction: PostgresTransaction) => Promise<T>): Promise<T> {
    const open = currentPostgresTransaction(this.database.dataSource);
    if (open) return join(open, work);
    const takeBack = MessageContext.current()?.mark();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.once(work);
      } catch (error) {
        if (!isOfDatabase(error)) throw error;
        if (failureOf(error) !== 'retryable' || attempt >= MAX_ATTEMPTS) throw translated(error);
        takeBack?.();
        await this.clock.sleep(this.ids.random() * 10 * 2 ** attempt);
      }
    }
  }

  private async once<T>(work: (transaction: PostgresTransaction) => Promise<T>): Promise<T> {
    const runner = this.database.createQueryRunner();
    const connection = await UnitConnection.of(runner);
    const transaction = new PostgresTransaction(runner.manager, this.database.dataSource, connection);
    try {
      await connection.begin();
      const result = await runInTransaction(transaction, () => work(transaction));
      transaction.assertCommittable();
      await commit(runner, connection);
      transaction.committed();
      await runner.broadcaster.broadcast('AfterTransactionCommit');
      return result;
    } catch (error) {
      if (transaction.isOpen) transaction.rolledBack();
      await connection.rollback(this.clock);
      // A dead connection shows in many disguises, e.g. as a query runner that TypeORM has released meanwhile.
      if (connection.lost) throw new UnavailableError('PostgreSQL', connection.lost);
      throw (await transaction.failedChange()) ?? error; // the cause of whatever came behind it
    } finally {
      await connection.release();
    }
  }
}

/** An inner unit that fails takes the outer one with it: half of it must not be committed. */
async function join<T>(open: PostgresTransaction, work: (transaction: PostgresTransaction) => Promise<T>): Promise<T> {
  try {
    return await work(open);
  } catch (error) {
    open.markRollbackOnly(error);
    throw error;
  }
}

/** In an aborted transaction PostgreSQL answers COMMIT with ROLLBACK and no error; TypeORM would take it for a success. */
async function commit(runner: QueryRunner, connection: UnitConnection): Promise<void> {
  await runner.broadcaster.broadcast('BeforeTransactionCommit');
  const { command } = await connection.commit().catch((error: unknown) => Promise.reject(translated(error) as Error));
  if (command !== 'COMMIT') {
    throw new UnitOfWorkRolledBackError(new Error('a statement in it failed, and its error was swallowed'));
  }
}
