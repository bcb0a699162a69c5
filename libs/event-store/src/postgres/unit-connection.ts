// The connection of one unit of work. When the unit ends its gate closes: a statement sent behind COMMIT or ROLLBACK would commit by itself.
import type { ClientBase, QueryResult } from 'pg';
import type { QueryRunner } from 'typeorm';
import { endsWithin, UnitOfWorkClosedError, type Clock } from '../core/index.js';
import { translated } from './sql-states.js';

/** What a statement that still runs is given to finish before a ROLLBACK cuts it off, in milliseconds. */
const ROLLBACK_MS = 1_000;

/** The parts of TypeORM's query runner that it does not show. */
interface RunnerState {
  databaseConnection: unknown;
  isTransactionActive: boolean;
  /** 1 in a transaction: what TypeORM begins inside it is a savepoint. */
  transactionDepth: number;
}

export class UnitConnection {
  /** For everybody's statements, user code's too. */
  readonly client: ClientBase;
  private closed = false;
  private cause: Error | undefined;

  private constructor(
    private readonly runner: QueryRunner,
    private readonly raw: ClientBase & { end(): Promise<void> },
  ) {
    this.client = this.gated();
    // TypeORM takes its connection from here, once and for all: also a query it has begun to prepare meets the gate.
    this.state.databaseConnection = this.client;
    raw.on('error', this.onError);
  }

  /** @throws UnavailableError */
  static async of(runner: QueryRunner): Promise<UnitConnection> {
    try {
      return new UnitConnection(runner, (await runner.connect()) as ClientBase & { end(): Promise<void> });
    } catch (error) {
      await runner.release();
      throw translated(error);
    }
  }

  /** The error that ended it, if one did. */
  get lost(): Error | undefined {
    return this.cause;
  }

  /** TypeORM's own would take two statements, each a round trip of every unit. @throws UnavailableError */
  async begin(): Promise<void> {
    const { broadcaster } = this.runner;
    await broadcaster.broadcast('BeforeTransactionStart');
    this.state.isTransactionActive = true;
    await this.raw.query('START TRANSACTION ISOLATION LEVEL READ COMMITTED').catch((error: unknown) => {
      throw translated(error); // it may have died in the pool: the fault of no record
    });
    this.state.transactionDepth = 1;
    await broadcaster.broadcast('AfterTransactionStart');
  }

  /** What was sent before is part of it; later statements are refused. The answer's `command` is ROLLBACK in an aborted transaction. */
  async commit(): Promise<QueryResult> {
    this.closed = true;
    const result = await this.raw.query('COMMIT');
    this.state.isTransactionActive = false;
    this.state.transactionDepth = 0;
    return result;
  }

  /** Never rejects. Where it fails or takes long the connection is ended: the server then rolls back, and the pool drops it. */
  async rollback(clock: Clock): Promise<void> {
    this.closed = true;
    if (!this.runner.isTransactionActive || this.runner.isReleased) return;
    const isDone = await endsWithin(this.sendRollback(), ROLLBACK_MS, clock).catch(() => false);
    if (!isDone) await this.raw.end().catch(() => undefined);
  }

  /** Gives it back to the pool. */
  async release(): Promise<void> {
    this.closed = true;
    this.raw.off('error', this.onError);
    if (!this.runner.isReleased) await this.runner.release();
  }

  /** By the raw client: TypeORM would only go back to the last savepoint where an abandoned handler has one open. */
  private async sendRollback(): Promise<void> {
    await this.runner.broadcaster.broadcast('BeforeTransactionRollback');
    await this.raw.query('ROLLBACK');
    this.state.isTransactionActive = false;
    await this.runner.broadcaster.broadcast('AfterTransactionRollback');
  }

  private gated(): ClientBase {
    const send = this.raw.query.bind(this.raw) as (...call: unknown[]) => unknown;
    const query = (...call: unknown[]): unknown => {
      if (this.closed) throw new UnitOfWorkClosedError();
      return send(...call);
    };
    return new Proxy(this.raw, {
      get: (raw, name) => {
        if (name === 'query') return query;
        const member: unknown = Reflect.get(raw, name, raw);
        return typeof member === 'function' ? (member.bind(raw) as unknown) : member;
      },
    });
  }

  /** An 'error' event that nobody hears ends the process. */
  private readonly onError = (error: Error): void => {
    this.cause ??= error;
  };

  private get state(): RunnerState {
    return this.runner as unknown as RunnerState;
  }
}
