// The tables a settled log can read, and the few statements it reads them with.
import type { LogName, LogRecord } from '../../core/index.js';
import type { Statement, TextRow } from '../connections/dedicated-connection.js';
import { LogRow } from './log-row.js';

/**
 * Any table with `position bigint GENERATED … AS IDENTITY` (increment 1, cache 1, unique), drawn by the INSERT itself, whose rows
 * are never changed.
 */
export interface LogTable {
  readonly name: LogName;
  /** With its schema, as in SQL: `event_store.events`. */
  readonly table: string;
  /** Sequence behind `position`, with its schema; default: the one the identity column owns. */
  readonly sequence?: string;
  /** Where the log epochs of that database are kept, default `event_store.log_epochs`. */
  readonly epochs?: string;
  /** SQL expressions for the fields of a {@link LogRecord}. */
  readonly columns: Readonly<Record<Exclude<keyof LogRecord, 'position' | 'bytes' | 'sealed'>, string>>;
}

export const eventsTable: LogTable = {
  name: 'events',
  table: 'event_store.events',
  columns: {
    id: 'id',
    key: 'stream',
    version: 'version',
    type: 'type',
    schemaVersion: 'schema_version',
    data: 'data',
    metadata: 'metadata',
    time: 'occurred_at',
  },
};

export const inboundTable: LogTable = {
  name: 'inbound',
  table: 'event_store.inbound_messages',
  columns: {
    id: 'id',
    key: 'key',
    version: 'version',
    type: 'type',
    schemaVersion: 'schema_version',
    data: 'data',
    metadata: 'metadata',
    time: 'received_at',
  },
};

export const outgoingTable: LogTable = {
  name: 'outgoing',
  table: 'event_store.outgoing_commands',
  columns: {
    id: 'id',
    key: 'key',
    version: '0',
    type: 'type',
    schemaVersion: '1',
    data: 'data',
    metadata: 'metadata',
    time: 'recorded_at',
  },
};

type Range = (after: bigint, upTo: bigint, limit: number) => Statement;

/** A page ends with the row that brings it to this many bytes: a thousand of the largest events would be a gigabyte. */
export const PAGE_BYTES = 16 * 1024 * 1024;

/**
 * What a row's data may be as text, in bytes, without unpacking it to see: a compressed value is taken for 100 times its size, at most
 * the 1 MiB an event may have.
 */
function weightOf(data: string): string {
  return (
    `CASE WHEN pg_column_compression(${data}) IS NULL THEN pg_column_size(${data}) ` +
    `ELSE greatest(pg_column_size(${data}), least(pg_column_size(${data}) * 100, 1048576)) END`
  );
}

/**
 * `(after, upTo]` ascending, at most `limit` and about {@link PAGE_BYTES}, but one at least. Each row ends with the position the page
 * is cut at. Where no cut is needed, as for all but the largest events, a plain sum says so; a running one would double the time.
 */
export function rangeOf({ name, table, columns }: LogTable): Range {
  const { id, key, version, type, schemaVersion, data, metadata, time } = columns;
  const rows = `FROM ${table} WHERE position > $1 AND position <= $2 ORDER BY position LIMIT $3`;
  const weights = `(SELECT position, ${weightOf(data)} AS weight ${rows}) AS weights`;
  const sums = `(SELECT position, sum(weight) OVER (ORDER BY position ROWS UNBOUNDED PRECEDING) AS bytes FROM ${weights}) AS sums`;
  const cut =
    `SELECT CASE WHEN (SELECT sum(weight) FROM ${weights}) < ${PAGE_BYTES} THEN $2 ` +
    `ELSE (SELECT min(position) FROM ${sums} WHERE bytes >= ${PAGE_BYTES}) END AS last`;
  const text =
    `WITH cut AS MATERIALIZED (${cut}) SELECT position, ${id}, ${key}, ${version}, ${type}, ${schemaVersion}, ${data}, ${metadata}, ` +
    `extract(epoch FROM ${time}) * 1000, (SELECT last FROM cut) FROM ${table} ` +
    `WHERE position > $1 AND position <= (SELECT last FROM cut) ORDER BY position LIMIT $3`;
  return (after, upTo, limit) => ({ name: `${name}-range`, text, values: [after, upTo, limit] });
}

/** Whether there may be more above the rows of a range, because they reached the limit or the cut. */
export function isFull(rows: readonly TextRow[], limit: number): boolean {
  const last = rows.at(-1);
  return last !== undefined && (rows.length === limit || last[0] === last.at(-1));
}

/** The highest position written at or below `$1`, 0 when there is none. */
export function highestOf({ table }: LogTable, upTo: bigint): Statement {
  return { text: `SELECT coalesce(max(position), 0) FROM ${table} WHERE position <= $1`, values: [upTo] };
}

/** The last position drawn, written or not. `sequence` as in SQL. */
export function lastDrawnOf(sequence: string): Statement {
  return { text: `SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM ${sequence}` };
}

/** Oid of the table and name of the sequence, as in SQL. */
export function identityOf({ table, sequence }: LogTable): Statement {
  return {
    text: `SELECT $1::text::regclass::oid, coalesce($2::text, pg_get_serial_sequence($1::text, 'position'))`,
    values: [table, sequence ?? null],
  };
}

export function parseRecord(row: TextRow): LogRecord {
  return new LogRow(row);
}
