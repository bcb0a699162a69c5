// An open PostgreSQL transaction: TypeORM's EntityManager for user code, the driver's client for our prepared statements.
import type { ClientBase, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { currentTransaction, InvalidRequestError, Transaction } from '../core/index.js';

export class PostgresTransaction extends Transaction {
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    readonly db: EntityManager,
    readonly dataSource: DataSource,
    private readonly client: ClientBase,
  ) {
    super();
  }

  /**
   * One after the other: the driver is about to refuse a query while another one runs. A failed one dooms the transaction; one whose
   * turn comes after the end of the unit is refused by the client.
   */
  query<R extends QueryResultRow>(config: QueryConfig): Promise<QueryResult<R>> {
    const result = this.last.then(() => this.client.query<R>(config));
    this.last = result.catch((error: unknown) => this.markRollbackOnly(error));
    return result;
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
