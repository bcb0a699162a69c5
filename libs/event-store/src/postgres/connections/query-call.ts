// What somebody has called `client.query` with, in the forms that pg takes.
import type { Connection, QueryConfig, QueryResult, Submittable } from 'pg';

/** All that pg reads of a query object, or the driver's own name of it. */
export interface CalledQuery extends QueryConfig {
  readonly rows?: number;
  readonly rowMode?: 'array';
  readonly queryMode?: 'extended';
  readonly binary?: boolean;
  readonly portal?: string;
  /** In milliseconds. */
  readonly query_timeout?: number;
  readonly callback?: Callback | undefined;
}

type Callback = (error: Error | null, result?: QueryResult) => void;

/** A cursor, a stream, a query that is its own answer. */
export interface OwnQuery extends Submittable {
  callback?: Callback;
  handleError(error: Error, connection: Connection): void;
}

export function isOwnQuery(first: unknown): first is OwnQuery {
  return typeof (first as Partial<OwnQuery> | undefined)?.submit === 'function';
}

export function callbackOf(call: readonly unknown[]): Callback | undefined {
  return call.find((each): each is Callback => typeof each === 'function');
}

/** Read at once: the object may be changed after the call, and may have its text from its class. */
export function calledQuery(call: readonly unknown[]): CalledQuery {
  const [first, second] = call as [string | CalledQuery, unknown];
  const called: CalledQuery = typeof first === 'string' ? { text: first } : first;
  const { name, text, types, rows, rowMode, queryMode, binary, portal, query_timeout } = called;
  const values = second && typeof second !== 'function' ? (second as unknown[]) : called.values;
  const callback = callbackOf(call) ?? called.callback;
  return {
    name,
    text,
    values,
    types,
    rows,
    rowMode,
    queryMode,
    binary,
    portal,
    query_timeout,
    callback,
  };
}

/** The query of a call, where it can be sent together with others: one by itself, awaited, without a time limit of its own, and of the extended protocol. */
export function preparable(call: readonly unknown[]): CalledQuery | undefined {
  if (isOwnQuery(call[0])) return undefined;
  const query = calledQuery(call);
  if (query.callback || query.rows || query.query_timeout) return undefined;
  const isExtended = query.queryMode === 'extended' || Boolean(query.name) || (query.values ?? []).length > 0;
  return isExtended ? query : undefined;
}
