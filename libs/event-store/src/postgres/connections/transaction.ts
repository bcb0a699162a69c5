// An open PostgreSQL transaction: TypeORM's EntityManager for user code, the driver's client for our prepared statements.
import type { QueryConfig, QueryResult, QueryResultRow } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { currentTransaction, InvalidRequestError, Transaction, UnitOfWorkClosedError } from '../../core/index.js';
import type { UnitConnection } from './unit-connection.js';

export class PostgresTransaction extends Transaction {
  private last: Promise<unknown> = Promise.resolve();
  private readonly changes: Promise<unknown>[] = [];

  constructor(
    readonly db: EntityManager,
    readonly dataSource: DataSource,
    private readonly connection: UnitConnection,
  ) {
    super();
  }

  /**
   * One after the other: the driver is about to refuse a query while another one runs. A failed one dooms the transaction; one whose
   * turn comes after the end of the unit is refused by the client.
   */
  query<R extends QueryResultRow>(config: QueryConfig): Promise<QueryResult<R>> {
    const result = this.last.then(() => this.connection.client.query<R>(config));
    this.last = result.catch((error: unknown) => this.markRollbackOnly(error));
    return result;
  }

  /**
   * Changes something and returns at once: it goes out with the next statement or with COMMIT, so there is no going on behind its failure. The
   * unit then rejects with what `explain` makes of it.
   */
  change(config: QueryConfig, explain: (error: unknown) => unknown): void {
    const { refusal } = this.connection;
    if (refusal) throw explain(refusal);
    const done = this.connection.later(config).catch((error: unknown) => {
      if (error instanceof UnitOfWorkClosedError) throw error; // never sent
      const explained = explain(error);
      this.markRollbackOnly(explained);
      throw explained;
    });
    done.catch(() => undefined);
    this.changes.push(done);
  }

  /** The failure of what {@link change} has sent, where nothing failed before it. Asked when the unit has ended: all of it is answered then, or was never sent. */
  async failedChange(): Promise<unknown> {
    for (const outcome of await Promise.allSettled(this.changes))
      if (outcome.status === 'rejected' && this.isMarkedBy(outcome.reason)) return outcome.reason;
    return undefined;
  }
}

/**
 * The ambient transaction, if it is one on this database.
 * @throws InvalidRequestError inside a unit of work of another database: the call would silently run outside of it.
 */
export function currentPostgresTransaction(dataSource: DataSource): PostgresTransaction | undefined {
  const transaction = currentTransaction();
  if (transaction === undefined) return undefined;
  if (transaction instanceof PostgresTransaction && transaction.dataSource === dataSource) return transaction;
  throw new InvalidRequestError(
    'This call cannot join the open unit of work, which is on another database. Call it outside (outsideTransaction), or in a unit of its own.',
  );
}
