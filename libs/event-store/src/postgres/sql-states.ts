// What an error of PostgreSQL, of its driver or of the network means for a caller: wait, run again, or look who was first.
import pg from 'pg';
import { QueryFailedError } from 'typeorm';
import { UnavailableError, UnitOfWorkRolledBackError } from '../core/index.js';

export type Failure =
  /** The database cannot be reached, is going down or is full: nobody's fault among the messages. */
  | 'unavailable'
  /** It gave up on this one statement (time-out, lock, memory), and the connection lives on: the fault may well be the statement's own. */
  | 'gave-up'
  /** The transaction lost against a concurrent one and was rolled back: run it again. */
  | 'retryable'
  /** A unique key is taken: somebody was first. */
  | 'conflict';

/** SQLSTATE: `lock_timeout` is over. */
export const LOCK_NOT_AVAILABLE = '55P03';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html; a two-letter entry is a whole class. */
const sqlStates: Readonly<Record<string, Failure>> = {
  '08': 'unavailable', // connection exceptions; see below for 08P01
  '23505': 'conflict', // unique_violation
  '25006': 'unavailable', // read_only_sql_transaction: connected to a standby, as right after a failover
  '25P03': 'unavailable', // idle_in_transaction_session_timeout: the server cut the connection
  '25P04': 'unavailable', // transaction_timeout
  '40001': 'retryable', // serialization_failure
  '40P01': 'retryable', // deadlock_detected
  '53': 'unavailable', // insufficient resources: disk full, too many connections
  '53200': 'gave-up', // out_of_memory
  '53400': 'gave-up', // configuration_limit_exceeded: temp_file_limit
  [LOCK_NOT_AVAILABLE]: 'gave-up',
  '57014': 'gave-up', // query_canceled: statement_timeout
  '57P01': 'unavailable', // admin_shutdown, also pg_terminate_backend
  '57P02': 'unavailable', // crash_shutdown
  '57P03': 'unavailable', // cannot_connect_now: starting up or in recovery
  '57P05': 'unavailable', // idle_session_timeout
  '58': 'unavailable', // system errors: I/O
};

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
    return sqlStates[code] ?? sqlStates[code.slice(0, 2)] ?? (endsSession(error) ? 'unavailable' : undefined);
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
