// Which SQLSTATE means what for a caller. docs/reference/sql-states.md is made from this table.
// https://www.postgresql.org/docs/current/errcodes-appendix.html

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

/** SQLSTATE: what the driver takes for prepared is not, on this connection. */
export const INVALID_STATEMENT_NAME = '26000';

export interface SqlState {
  readonly failure: Failure;
  /** PostgreSQL's name of it, and when it comes. */
  readonly when: string;
}

/** A two-letter entry is a whole class, for what has no entry of its own. */
export const sqlStates: Readonly<Record<string, SqlState>> = {
  '08': { failure: 'unavailable', when: 'connection exceptions; 08P01 only where it ends the session' },
  '23505': { failure: 'conflict', when: 'unique_violation' },
  '25006': {
    failure: 'unavailable',
    when: 'read_only_sql_transaction: connected to a standby, as right after a failover',
  },
  '25P03': { failure: 'unavailable', when: 'idle_in_transaction_session_timeout: the server cut the connection' },
  '25P04': { failure: 'unavailable', when: 'transaction_timeout' },
  [INVALID_STATEMENT_NAME]: {
    failure: 'gave-up',
    when: 'invalid_sql_statement_name: somebody has deallocated what was prepared on the connection, which a unit of work then ends',
  },
  '40001': { failure: 'retryable', when: 'serialization_failure' },
  '40P01': { failure: 'retryable', when: 'deadlock_detected' },
  '53': { failure: 'unavailable', when: 'insufficient resources: 53100 disk full, 53300 too many connections' },
  '53200': { failure: 'gave-up', when: 'out_of_memory' },
  '53400': { failure: 'gave-up', when: 'configuration_limit_exceeded: temp_file_limit' },
  [LOCK_NOT_AVAILABLE]: { failure: 'gave-up', when: 'lock_not_available: lock_timeout is over' },
  '57014': { failure: 'gave-up', when: 'query_canceled: statement_timeout is over' },
  '57P01': { failure: 'unavailable', when: 'admin_shutdown, also pg_terminate_backend' },
  '57P02': { failure: 'unavailable', when: 'crash_shutdown' },
  '57P03': { failure: 'unavailable', when: 'cannot_connect_now: starting up or in recovery' },
  '57P05': { failure: 'unavailable', when: 'idle_session_timeout' },
  '58': { failure: 'unavailable', when: 'system errors: I/O' },
};
