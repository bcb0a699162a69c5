// What an error of PostgreSQL, of its driver or of the network means for a caller: wait, run again, or look who was first.
import pg from 'pg';
import { QueryFailedError } from 'typeorm';
import { UnavailableError, UnitOfWorkRolledBackError } from '../../core/index.js';
import { sqlStates, type Failure } from './sql-state-table.js';

export { INVALID_STATEMENT_NAME, LOCK_NOT_AVAILABLE, type Failure } from './sql-state-table.js';

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** The driver and its pool throw these without a code. */
const driverMessages = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Client has encountered a connection error',
  'Client was closed and is not queryable',
  'Query read timeout',
  'Cannot use a pool after calling end',
  'Driver not Connected',
];

/** The meaning of an error of pg or of TypeORM; undefined for any other. */
export function failureOf(error: unknown): Failure | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof UnitOfWorkRolledBackError) return failureOf(error.cause);
  if (error instanceof AggregateError) return error.errors.map(failureOf).find((failure) => failure !== undefined);
  const code = sqlStateOf(error);
  if (code !== undefined) {
    if (networkCodes.has(code)) return 'unavailable';
    if (code === '08P01' && !endsSession(error)) return undefined; // e.g. a wrong number of parameters: an error in the program
    // Whoever was not let in, or was thrown out, is not to blame: e.g. 55000, a database that takes no connections for now.
    const known = sqlStates[code] ?? sqlStates[code.slice(0, 2)];
    return known?.failure ?? (endsSession(error) ? 'unavailable' : undefined);
  }
  return driverMessages.some((message) => error.message.includes(message)) ? 'unavailable' : undefined;
}

/** Whether it comes from a query, and not from whatever else user code does inside a unit of work (an HTTP call has ECONNRESET too). */
export function isOfDatabase(error: unknown): boolean {
  if (error instanceof UnitOfWorkRolledBackError) return isOfDatabase(error.cause);
  return error instanceof pg.DatabaseError || error instanceof QueryFailedError;
}

/** SQLSTATE or network code of an error, also of one that TypeORM has wrapped. */
export function sqlStateOf(error: unknown): string | undefined {
  const { code, driverError } = (error ?? {}) as { code?: unknown; driverError?: { code?: unknown } };
  const found = code ?? driverError?.code;
  return typeof found === 'string' ? found : undefined;
}

/** The error to throw on: an {@link UnavailableError} for what says that the database is away, every other as it is. */
export function translated(error: unknown): unknown {
  return failureOf(error) === 'unavailable' && !(error instanceof UnitOfWorkRolledBackError)
    ? new UnavailableError('PostgreSQL', error)
    : error;
}

/**
 * For the library's own statements, which are short and go by index: one that the server gave up on waits for the server as well. A
 * statement of user code is never taken for that: repeated without end it would hold up every record behind it.
 */
export function translatedOwn(error: unknown): unknown {
  return failureOf(error) === 'gave-up' ? new UnavailableError('PostgreSQL', error) : translated(error);
}

/** Some poolers say everything by 08P01, also that they have lost the server. */
function endsSession(error: Error): boolean {
  const { severity, driverError } = error as { severity?: string; driverError?: { severity?: string } };
  return ['FATAL', 'PANIC'].includes(severity ?? driverError?.severity ?? '');
}
