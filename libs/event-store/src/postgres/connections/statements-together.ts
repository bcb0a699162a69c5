// Statements that go out in one write, with one Sync behind all of them: after an error the server skips the rest, a COMMIT too. See "Pipelining"
// in the PostgreSQL manual, 54.2.4. The driver has one query under way at a time, so to the driver all of them are one.
import pg, { type ClientBase, type Connection, type QueryConfig, type QueryResult, type Submittable } from 'pg';

/** A statement and who waits for its result. */
export interface WaitingStatement {
  readonly config: QueryConfig;
  readonly resolve: (result: QueryResult) => void;
  readonly reject: (error: Error) => void;
}

type Message = unknown;

/** The parts of pg's connection that are used here. */
interface DriverConnection {
  readonly stream: { cork(): void; uncork(): void };
  /** Named statements whose Parse is on its way. */
  readonly submittedNamedStatements: Record<string, string>;
  sync(): void;
}

/** The parts of pg's client that are used here. */
interface DriverClient {
  /** Its own parsers, if it has any. */
  readonly _types?: pg.CustomTypesConfig;
  readonly connectionParameters?: { readonly query_timeout?: number | false };
}

/** What pg's client calls on the query that is under way. */
interface DriverQuery {
  readonly name?: string;
  readonly text?: string;
  readonly _result: { _types?: pg.CustomTypesConfig | undefined };
  callback?: ((error?: Error | null, result?: QueryResult) => void) | undefined;
  submit(connection: DriverConnection): Error | null;
  handleRowDescription(message: Message): void;
  handleDataRow(message: Message): void;
  handleCommandComplete(message: Message, connection: DriverConnection): void;
  handleEmptyQuery(connection: DriverConnection): void;
  handlePortalSuspended(connection: DriverConnection): void;
  handleCopyInResponse(connection: DriverConnection): void;
  handleCopyData(message: Message, connection: DriverConnection): void;
  handleReadyForQuery(connection: DriverConnection): void;
  handleError(error: Error, connection: DriverConnection): void;
}

/** Handed to `client.query`. Results come when all have been executed; after an error those behind it have the same error. */
export class StatementsTogether implements Submittable {
  /** The driver puts its time limit around it. */
  callback: DriverQuery['callback'];
  /** In milliseconds, for the driver. The server's limit is one for each statement, so the client's add up. 0: none. */
  readonly query_timeout: number;
  private queries: readonly DriverQuery[];
  /** The one that could not be sent, though it may have been parsed. */
  private refused: DriverQuery | undefined;
  /** Of the one whose answer comes next. */
  private at = 0;
  private isOver = false;

  /** Each is sent by the extended protocol: it has a name or values, or is told to. */
  constructor(statements: readonly WaitingStatement[], client: ClientBase) {
    const { _types: types, connectionParameters } = client as DriverClient;
    this.query_timeout = statements.length * (connectionParameters?.query_timeout || 0);
    this.queries = statements.map(({ config, resolve, reject }) => {
      const query = new pg.Query(config) as unknown as DriverQuery;
      const { _result: result } = query;
      Object.assign(result, { _types: result['_types'] ?? types });
      query.callback = (error, answer) => (error ? reject(error) : resolve(answer!));
      return query;
    });
  }

  /** The driver notes under it what has been parsed, and forgets it after an error. */
  get name(): string {
    return (this.current ?? this.refused)?.name ?? '';
  }

  get text(): string {
    return (this.current ?? this.refused)?.text ?? '';
  }

  submit(driver: Connection): Error | null {
    const connection = driver as unknown as DriverConnection;
    const silent = { value: () => undefined };
    // What is parsed stays, also where its values then cannot be written.
    const unsynced = Object.create(connection, { sync: silent, close: silent }) as DriverConnection;
    connection.stream.cork();
    try {
      for (const [index, query] of this.queries.entries()) {
        const refused = refusalOf(query, () => query.submit(unsynced));
        if (!refused) continue;
        this.endBefore(index, refused, connection);
        break;
      }
      connection.sync();
      return null;
    } finally {
      connection.stream.uncork();
    }
  }

  handleRowDescription(message: Message): void {
    this.current?.handleRowDescription(message);
  }

  handleDataRow(message: Message): void {
    this.current?.handleDataRow(message);
  }

  handleCommandComplete(message: Message, connection: DriverConnection): void {
    this.current?.handleCommandComplete(message, connection);
    this.at += 1;
  }

  handleEmptyQuery(connection: DriverConnection): void {
    this.current?.handleEmptyQuery(connection);
    this.at += 1;
  }

  handlePortalSuspended(connection: DriverConnection): void {
    this.current?.handlePortalSuspended(connection);
  }

  handleCopyInResponse(connection: DriverConnection): void {
    this.current?.handleCopyInResponse(connection);
  }

  handleCopyData(message: Message, connection: DriverConnection): void {
    this.current?.handleCopyData(message, connection);
  }

  handleReadyForQuery(connection: DriverConnection): void {
    if (this.isOver) return;
    this.isOver = true;
    for (const query of this.queries) query.handleReadyForQuery(connection);
    this.callback?.();
  }

  /** Those before it have been executed. */
  handleError(error: Error, connection: DriverConnection): void {
    const failed = Math.max(0, Math.min(this.at, this.queries.length - 1));
    // What the server has skipped is not parsed. After a time limit of our own everything may still be: it goes on being noted.
    if (error instanceof pg.DatabaseError)
      for (const query of [...this.queries.slice(failed), this.refused])
        if (query?.name !== undefined) delete connection.submittedNamedStatements[query.name];
    if (this.isOver) return;
    this.isOver = true;
    for (const [index, query] of this.queries.entries()) {
      if (index < failed) query.handleReadyForQuery(connection);
      else query.handleError(error, connection);
    }
    this.callback?.(error);
  }

  private get current(): DriverQuery | undefined {
    return this.queries[this.at];
  }

  /** That one could not be sent, so nothing behind it is, either. */
  private endBefore(index: number, error: Error, connection: DriverConnection): void {
    const unsent = this.queries.slice(index);
    this.queries = this.queries.slice(0, index);
    [this.refused] = unsent;
    for (const query of unsent) query.handleError(error, connection);
  }
}

/** What the driver says to a statement it does not send: it returns some of it, and tells the rest to the callback. */
function refusalOf(query: DriverQuery, submit: () => Error | null): Error | undefined {
  const { callback } = query;
  let told: Error | undefined;
  query.callback = (error) => (told = error ?? undefined);
  const returned = submit();
  query.callback = callback;
  return told ?? returned ?? undefined;
}
