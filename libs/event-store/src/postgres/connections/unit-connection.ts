// The connection of one unit of work. When the unit ends its gate closes: a statement sent behind COMMIT or ROLLBACK would commit by itself.
import type { EventEmitter } from 'node:events';
import type { ClientBase, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import type { QueryRunner } from 'typeorm';
import { endsWithin, type Clock } from '../../core/index.js';
import { INVALID_STATEMENT_NAME, sqlStateOf, translated } from './sql-states.js';
import { UnitStatements, type UnitClient } from './unit-statements.js';

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
  private readonly statements: UnitStatements;
  private cause: Error | undefined;
  /** What the driver takes for prepared is not: every later unit would fail as well. */
  private isOutdated = false;

  private constructor(
    private readonly runner: QueryRunner,
    private readonly raw: UnitClient,
  ) {
    this.statements = new UnitStatements(raw);
    this.client = this.gated();
    // TypeORM takes its connection from here, once and for all: also a query it has begun to prepare meets the gate.
    this.state.databaseConnection = this.client;
    raw.on('error', this.onError);
    this.messages.on('errorMessage', this.onErrorMessage);
  }

  /** @throws UnavailableError */
  static async of(runner: QueryRunner): Promise<UnitConnection> {
    try {
      return new UnitConnection(runner, (await runner.connect()) as UnitClient);
    } catch (error) {
      await runner.release();
      throw translated(error);
    }
  }

  /** The error that ended it, if one did. */
  get lost(): Error | undefined {
    return this.cause;
  }

  /** Nothing is sent yet. */
  async begin(): Promise<void> {
    const { broadcaster } = this.runner;
    await broadcaster.broadcast('BeforeTransactionStart');
    this.state.isTransactionActive = true;
    this.statements.begin();
    this.state.transactionDepth = 1;
    await broadcaster.broadcast('AfterTransactionStart');
  }

  /** Why nothing more is sent: the unit has ended, or the server has refused to begin. */
  get refusal(): Error | undefined {
    return this.statements.refusal;
  }

  /** Goes out with the next statement, at the latest with COMMIT. Its failure is that of the unit. @throws the {@link refusal} */
  later<R extends QueryResultRow>(config: QueryConfig): Promise<QueryResult<R>> {
    return this.statements.later(config) as Promise<QueryResult<R>>;
  }

  /** What was sent before is part of it; later statements are refused. The answer's `command` is ROLLBACK in an aborted transaction. */
  async commit(): Promise<Pick<QueryResult, 'command'>> {
    const result = await this.statements.commit();
    this.state.isTransactionActive = false;
    this.state.transactionDepth = 0;
    return result;
  }

  /** Never rejects. Where it fails or takes long the connection is ended: the server then rolls back, and the pool drops it. */
  async rollback(clock: Clock): Promise<void> {
    this.statements.close();
    if (this.statements.isUnsent) this.state.isTransactionActive = false;
    if (!this.runner.isTransactionActive || this.runner.isReleased) return;
    const isDone = await endsWithin(this.sendRollback(), ROLLBACK_MS, clock).catch(() => false);
    if (!isDone) await this.raw.end().catch(() => undefined);
  }

  /** Gives it back to the pool. */
  async release(): Promise<void> {
    this.statements.close();
    this.raw.off('error', this.onError);
    this.messages.off('errorMessage', this.onErrorMessage);
    if (this.isOutdated) void this.raw.end().catch(() => undefined); // the pool drops it
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
    const query = (...call: unknown[]): unknown => this.statements.send(call);
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

  /** Also of statements whose failure is heard by nobody here: of cursors, of those whose error is swallowed. */
  private readonly onErrorMessage = (error: Error): void => {
    this.isOutdated ||= sqlStateOf(error) === INVALID_STATEMENT_NAME;
  };

  private get state(): RunnerState {
    return this.runner as unknown as RunnerState;
  }

  /** What comes from the server, as pg's client hears it. */
  private get messages(): EventEmitter {
    return (this.raw as unknown as { connection: EventEmitter }).connection;
  }
}
