// The connection of one unit of work. Its beginning waits for the first statement, and its last ones for COMMIT: a round trip less for each of them.
// When the unit ends its gate closes: a statement sent behind COMMIT or ROLLBACK would commit by itself.
import type { ClientBase, CustomTypesConfig, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import type { QueryRunner } from 'typeorm';
import { endsWithin, UnitOfWorkClosedError, type Clock } from '../core/index.js';
import { translated } from './sql-states.js';
import { StatementsTogether, type WaitingStatement } from './statements-together.js';

const BEGIN: QueryConfig = { name: 'unit-begin', text: 'START TRANSACTION ISOLATION LEVEL READ COMMITTED' };
const COMMIT: QueryConfig = { name: 'unit-commit', text: 'COMMIT' };

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
  /** They go out with the next statement. */
  private waiting: WaitingStatement[] = [];
  /** Whether the server has been told, or is being told, to begin. */
  private hasBegun = false;
  private hasNotBegun: Error | undefined;
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

  /** Nothing is sent yet. */
  async begin(): Promise<void> {
    const { broadcaster } = this.runner;
    await broadcaster.broadcast('BeforeTransactionStart');
    this.state.isTransactionActive = true;
    this.waiting.push({ config: BEGIN, resolve: () => undefined, reject: this.onNotBegun });
    this.state.transactionDepth = 1;
    await broadcaster.broadcast('AfterTransactionStart');
  }

  /** Nothing more is sent. */
  get isClosed(): boolean {
    return this.closed;
  }

  /** Goes out with the next statement, at the latest with COMMIT. Its failure is that of the unit. @throws UnitOfWorkClosedError */
  later<R extends QueryResultRow>(config: QueryConfig): Promise<QueryResult<R>> {
    if (this.closed) return Promise.reject(new UnitOfWorkClosedError());
    const result = new Promise<QueryResult>((resolve, reject) => this.waiting.push({ config, resolve, reject }));
    result.catch(() => undefined); // heard at COMMIT by everybody
    return result as Promise<QueryResult<R>>;
  }

  /** What was sent before is part of it; later statements are refused. The answer's `command` is ROLLBACK in an aborted transaction. */
  async commit(): Promise<Pick<QueryResult, 'command'>> {
    if (this.hasNotBegun) throw this.hasNotBegun;
    const isEmpty = !this.hasBegun && this.waiting.length === 1;
    const result = isEmpty ? { command: 'COMMIT' } : await this.withCommit();
    this.closed = true;
    this.state.isTransactionActive = false;
    this.state.transactionDepth = 0;
    return result;
  }

  /** Never rejects. Where it fails or takes long the connection is ended: the server then rolls back, and the pool drops it. */
  async rollback(clock: Clock): Promise<void> {
    this.closed = true;
    for (const { reject } of this.waiting.splice(0)) reject(new UnitOfWorkClosedError());
    if (!this.hasBegun) this.state.isTransactionActive = false;
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

  private withCommit(): Promise<QueryResult> {
    const committed = this.later(COMMIT);
    this.closed = true;
    this.sendWaiting();
    return committed;
  }

  private sendWaiting(): void {
    if (this.waiting.length === 0) return;
    this.hasBegun = true;
    const { _types: types } = this.raw as { _types?: CustomTypesConfig };
    this.raw.query(new StatementsTogether(this.waiting.splice(0), types));
  }

  private send(call: unknown[]): unknown {
    if (this.closed) throw new UnitOfWorkClosedError();
    const config = this.waiting.length > 0 && preparable(call);
    if (config) {
      const result = this.later(config);
      this.sendWaiting();
      return result;
    }
    const query = () => (this.raw.query as (...call: unknown[]) => unknown).apply(this.raw, call);
    if (this.hasBegun || this.waiting.length === 0) {
      this.sendWaiting();
      return query();
    }
    return this.begun(call, query);
  }

  /** Behind a BEGIN that fails it would commit by itself, so what cannot go out under one Sync with it waits for its answer. */
  private begun(call: unknown[], query: () => unknown): unknown {
    const [first] = call as [{ submit?: (connection: unknown) => unknown } | undefined];
    const has = new Promise<void>((resolve, reject) => {
      const [begin, ...others] = this.waiting;
      this.waiting = [
        { ...begin!, resolve: () => resolve(), reject: (error) => (this.onNotBegun(error), reject(error)) },
        ...others,
      ];
    });
    this.sendWaiting();
    if (typeof first?.submit === 'function') {
      has.catch(() => undefined);
      const { submit } = first;
      first.submit = (connection) => this.hasNotBegun ?? submit.call(first, connection);
      return query();
    }
    const tell = call.find((each) => typeof each === 'function') as ((error: unknown) => void) | undefined;
    const sent = has.then(() => {
      if (this.closed) throw new UnitOfWorkClosedError();
      return query();
    });
    if (!tell) return sent;
    sent.catch((error: unknown) => tell(error));
    return undefined;
  }

  private gated(): ClientBase {
    const query = (...call: unknown[]): unknown => this.send(call);
    return new Proxy(this.raw, {
      get: (raw, name) => {
        if (name === 'query') return query;
        const member: unknown = Reflect.get(raw, name, raw);
        return typeof member === 'function' ? (member.bind(raw) as unknown) : member;
      },
    });
  }

  /** At once, before anything else can be sent. */
  private readonly onNotBegun = (error: Error): void => {
    this.closed = true;
    this.hasNotBegun = error;
  };

  /** An 'error' event that nobody hears ends the process. */
  private readonly onError = (error: Error): void => {
    this.cause ??= error;
  };

  private get state(): RunnerState {
    return this.runner as unknown as RunnerState;
  }
}

/** The statement of a call of `client.query`, where it can be sent together with others: one by itself, with a name or values, awaited. */
function preparable([first, values, ...rest]: unknown[]): QueryConfig | undefined {
  if (rest.length > 0 || typeof values === 'function' || first === null || first === undefined) return undefined;
  const config =
    typeof first === 'string' ? { text: first } : (first as QueryConfig & { submit?: unknown; rows?: unknown });
  if ('submit' in config || 'rows' in config || 'callback' in config) return undefined;
  const given = (values as unknown[] | undefined) ?? config.values ?? [];
  return config.name !== undefined || given.length > 0 ? { ...config, values: given } : undefined;
}
