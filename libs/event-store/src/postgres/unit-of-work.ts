// One transaction of TypeORM's DataSource that appends, read models and checkpoints share.
import type { ClientBase } from 'pg';
import type { QueryRunner } from 'typeorm';
import {
  runInTransaction,
  systemClock,
  systemIds,
  UnavailableError,
  UnitOfWorkRolledBackError,
  type Clock,
  type IdGenerator,
  type UnitOfWork,
} from '../core/index.js';
import type { PostgresDatabase } from './database.js';
import { failureOf, isOfDatabase, translated } from './sql-states.js';
import { currentPostgresTransaction, PostgresTransaction } from './transaction.js';

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
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.once(work);
      } catch (error) {
        if (!isOfDatabase(error)) throw error;
        if (failureOf(error) !== 'retryable' || attempt >= MAX_ATTEMPTS) throw translated(error);
        await this.clock.sleep(this.ids.random() * 10 * 2 ** attempt);
      }
    }
  }

  private async once<T>(work: (transaction: PostgresTransaction) => Promise<T>): Promise<T> {
    const runner = this.database.dataSource.createQueryRunner();
    const connection = await connect(runner);
    const transaction = new PostgresTransaction(runner.manager, this.database.dataSource, connection.client);
    try {
      await runner.startTransaction('READ COMMITTED');
      const result = await runInTransaction(transaction, () => work(transaction));
      transaction.assertCommittable();
      await commit(runner, connection.client);
      transaction.committed();
      await runner.broadcaster.broadcast('AfterTransactionCommit');
      return result;
    } catch (error) {
      if (transaction.isOpen) transaction.rolledBack();
      await rollback(runner, connection.client);
      // A dead connection shows in many disguises, e.g. as a query runner that TypeORM has released meanwhile.
      throw connection.lost() ? new UnavailableError('PostgreSQL', connection.lost()) : error;
    } finally {
      connection.forget();
      if (!runner.isReleased) await runner.release();
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

/** Listens for the loss of the connection as long as it is ours: an 'error' event nobody hears ends the process. */
async function connect(runner: QueryRunner) {
  let client: ClientBase;
  try {
    client = (await runner.connect()) as ClientBase;
  } catch (error) {
    await runner.release();
    throw translated(error);
  }
  let lost: Error | undefined;
  const onError = (error: Error) => (lost ??= error);
  client.on('error', onError);
  return { client, lost: () => lost, forget: () => void client.off('error', onError) };
}

/** In an aborted transaction PostgreSQL answers COMMIT with ROLLBACK and no error; TypeORM would take it for a success. */
async function commit(runner: QueryRunner, client: ClientBase): Promise<void> {
  await runner.broadcaster.broadcast('BeforeTransactionCommit');
  const { command } = await client
    .query('COMMIT')
    .catch((error: unknown) => Promise.reject(translated(error) as Error));
  (runner as { isTransactionActive: boolean }).isTransactionActive = false;
  if (command !== 'COMMIT') {
    throw new UnitOfWorkRolledBackError(new Error('a statement in it failed, and its error was swallowed'));
  }
}

/** Where even that fails the connection must not be used again: ended here, the pool drops it. */
async function rollback(runner: QueryRunner, client: ClientBase): Promise<void> {
  if (!runner.isTransactionActive || runner.isReleased) return;
  try {
    await runner.rollbackTransaction();
  } catch {
    await (client as ClientBase & { end(): Promise<void> }).end().catch(() => undefined);
  }
}
