// The statements of one unit of work on their way to the driver, in the order of their calls. BEGIN waits for the first one, changes for the next one.
// Behind a BEGIN that fails a statement would commit by itself: what does not go out under one Sync with it waits for its answer.
import type { ClientBase, QueryConfig, QueryResult } from 'pg';
import { UnitOfWorkClosedError } from '../../core/index.js';
import { callbackOf, calledQuery, isOwnQuery, preparable, type CalledQuery } from './query-call.js';
import { StatementsTogether, type WaitingStatement } from './statements-together.js';

/** Without names: whoever deallocates what has been prepared on a connection must not take them from the next unit. */
const BEGIN: CalledQuery = { text: 'START TRANSACTION ISOLATION LEVEL READ COMMITTED', queryMode: 'extended' };
const COMMIT: CalledQuery = { text: 'COMMIT', queryMode: 'extended' };

/** A call that waits for the answer to BEGIN. */
interface HeldCall {
  readonly go: () => void;
  readonly fail: (error: Error) => void;
}

export type UnitClient = ClientBase & { end(): Promise<void> };

export class UnitStatements {
  private beginning: 'due' | 'under way' | undefined;
  private failure: Error | undefined;
  private closed = false;
  /** They go out with the next statement. */
  private waiting: WaitingStatement[] = [];
  private held: HeldCall[] = [];

  constructor(private readonly raw: UnitClient) {}

  /** Nothing is sent yet. */
  begin(): void {
    this.beginning = 'due';
  }

  /** Why nothing more is taken: the unit has ended, or the server has refused to begin. */
  get refusal(): Error | undefined {
    return this.closed ? (this.failure ?? new UnitOfWorkClosedError()) : undefined;
  }

  /** Nothing has been asked of the server. */
  get isUnsent(): boolean {
    return this.beginning === 'due';
  }

  /** A call of the driver's `query`, whatever its form. @throws the {@link refusal} */
  send(call: unknown[]): unknown {
    if (this.refusal) throw this.refusal;
    if (call[0] === undefined || call[0] === null) return this.straight(call); // the driver refuses it
    if (this.beginning === 'due' && !preparable(call)) this.sendWaiting();
    return this.beginning === 'under way' ? this.hold(call) : this.dispatch(call);
  }

  /** Goes out with the next statement, at the latest with COMMIT. Its failure is that of the unit. @throws the {@link refusal} */
  later(config: QueryConfig): Promise<QueryResult> {
    if (this.refusal) return Promise.reject(this.refusal);
    const result = this.wait(config);
    result.catch(() => undefined); // heard at COMMIT by everybody
    return result;
  }

  /** What was called before is part of it; later calls are refused. */
  async commit(): Promise<Pick<QueryResult, 'command'>> {
    if (this.refusal) throw this.refusal;
    const isEmpty = this.isUnsent && this.waiting.length === 0;
    const committed = isEmpty ? { command: 'COMMIT' } : this.later(COMMIT);
    this.closed = true;
    if (this.beginning === 'under way') this.held.push({ go: () => this.sendWaiting(), fail: () => undefined });
    else if (!isEmpty) this.sendWaiting();
    return committed;
  }

  /** Nothing more is sent: what still waits here is refused. */
  close(): void {
    this.closed = true;
    this.failure = undefined;
    for (const { reject } of this.waiting.splice(0)) reject(new UnitOfWorkClosedError());
    this.fail(new UnitOfWorkClosedError());
  }

  private dispatch(call: unknown[]): unknown {
    const isFirst = this.isUnsent || this.waiting.length > 0;
    const query = isFirst ? preparable(call) : undefined;
    const result = query && this.wait(query);
    this.sendWaiting();
    return result ?? this.straight(call);
  }

  private wait(config: QueryConfig): Promise<QueryResult> {
    return new Promise((resolve, reject) => {
      const go = () => this.waiting.push({ config, resolve, reject });
      if (this.beginning === 'under way') this.held.push({ go, fail: reject });
      else go();
    });
  }

  private straight(call: unknown[]): unknown {
    return (this.raw.query as (...call: unknown[]) => unknown).apply(this.raw, call);
  }

  /** With BEGIN in front, where that is due. */
  private sendWaiting(): void {
    const statements = this.waiting.splice(0);
    if (this.beginning === 'due') {
      this.beginning = 'under way';
      statements.unshift({ config: BEGIN, resolve: this.onBegun, reject: this.onNotBegun });
    }
    if (statements.length === 0) return;
    const together = new StatementsTogether(statements, this.raw);
    together.callback = this.onTogether;
    this.raw.query(together);
  }

  /** The driver's own answer: the query itself, nothing where there is a callback, else a promise. */
  private hold(call: unknown[]): unknown {
    const [own] = call;
    if (isOwnQuery(own)) {
      const callback = callbackOf(call);
      if (callback) own.callback ??= callback;
      const { connection } = this.raw as unknown as { connection: Parameters<typeof own.handleError>[1] };
      const fail = (error: Error) => process.nextTick(() => own.handleError(error, connection));
      this.held.push({ go: () => void this.dispatch([own]), fail });
      return own;
    }
    const query = calledQuery(call);
    const { callback } = query;
    if (callback) {
      if (typeof callback !== 'function') throw new TypeError('callback is not a function'); // as the driver does
      // Later, as the driver does: what it throws is its own affair, and not that of a rollback.
      this.held.push({ go: () => void this.dispatch([query]), fail: (error) => process.nextTick(callback, error) });
      return undefined;
    }
    return new Promise((resolve, reject) =>
      this.held.push({ go: () => resolve(this.dispatch([query])), fail: reject }),
    );
  }

  private fail(error: Error): void {
    for (const { fail } of this.held.splice(0)) fail(error);
  }

  /** As the session itself does where somebody awaits an answer: one that is late would answer the next one's question. */
  private readonly onTogether = (error?: Error | null): void => {
    if (error?.message === 'Query read timeout') void this.end();
  };

  private async end(): Promise<void> {
    await this.raw.end().catch(() => undefined);
  }

  /** At once, before anybody else can send: they go first. */
  private readonly onBegun = (): void => {
    this.beginning = undefined;
    for (const { go } of this.held.splice(0)) go();
  };

  /** At once, before anything else can be sent. */
  private readonly onNotBegun = (error: Error): void => {
    this.closed = true;
    this.failure = error;
    this.fail(error);
  };
}
