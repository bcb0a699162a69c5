// The append: one round trip for a batch of appends, each of which goes in whole or not at all.

import type { NamedStatement, OnRace } from './append-one.sql.js';

/** What a batch needs; the statement for less is shorter, and runs faster. */
export interface AppendShape {
  /** Some append has more than one event. */
  readonly rest: boolean;
  /** Some append is a command's decision. */
  readonly commands: boolean;
  /** What a later id that is already known ends in; looking for it first costs a tenth. */
  readonly onRace: OnRace;
}

/** One event of $1, with its `data` and its `metadata`. Of an append, the first event says what is expected; the others only belong to it. */
export interface EventFields {
  readonly stream: string;
  /** From 1, inside the append. */
  readonly n: number;
  readonly id: string;
  readonly first_id: string;
  readonly type: string;
  readonly schema_version: number;
}

/** Of the first event only. */
export interface DecisiveFields {
  /** The versions the stream may be at. */
  readonly at_least: number;
  readonly at_most: number;
  /** Ids of the other events, where they are looked for first. */
  readonly rest_ids?: readonly string[];
  readonly command_id?: string;
  readonly step?: number;
  readonly command_type?: string;
  readonly content_hash?: string;
}

const EVENT = 'id, stream, version, type, schema_version, data, metadata';

/**
 * $1 is a JSON array of {@link EventFields}, at most one append per stream, sorted by stream (so that two batches cannot lock each other
 * out).
 *
 * - An append is admitted when the newest visible version is within at_least..at_most, and its command is not known (nor one of its
 *   later ids: without that look they end in a unique_violation). So version n + 1 is only written where n is visible, and positions
 *   rise with versions without any lock.
 * - A race is decided by the unique keys: the *first* event goes in ON CONFLICT DO NOTHING, the others and the command only where it
 *   did. The join is on the stream and the **first id**: on the stream alone, two appends of one stream would store a mix of both.
 * - An append without a row in the answer was not stored; who was first is found out by reading.
 *
 * `(SELECT … LIMIT 1) IS NULL` stands for NOT EXISTS, which the planner may turn into a join over the whole table, and `ORDER BY`
 * keeps it to the index while the table is new and without statistics: the prepared plan would stay.
 */
export function appendStatement({ rest, commands, onRace }: AppendShape): NamedStatement {
  const looks = rest && onRace === 'no row';
  const name = `event_store.append${rest ? '_rest' : ''}${commands ? '_commands' : ''}${looks ? '_joined' : ''}`;
  const statement = made.get(name) ?? { name, text: textOf(rest, commands, looks) };
  made.set(name, statement);
  return statement;
}

/** Each is made once: an append does not put its SQL together. */
const made = new Map<string, NamedStatement>();

function textOf(rest: boolean, commands: boolean, looks: boolean): string {
  return `
WITH asked AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS a(
    stream text, id uuid, type text, schema_version int, data jsonb, metadata jsonb, at_least int, at_most int
    ${rest ? ', n int, first_id uuid' : ''}${looks ? ', rest_ids uuid[]' : ''}
    ${commands ? ', command_id uuid, step int, command_type text, content_hash text' : ''})
), based AS MATERIALIZED (
  SELECT a.*, coalesce((
    SELECT e.version FROM event_store.events e WHERE e.stream = a.stream ORDER BY e.version DESC LIMIT 1), 0) AS base
  FROM asked a ${rest ? 'WHERE a.n = 1' : ''}
), admitted AS ${commands ? 'MATERIALIZED' : 'NOT MATERIALIZED'} (
  SELECT * FROM based a
  WHERE a.base BETWEEN a.at_least AND a.at_most
    ${looks ? 'AND (SELECT e.id FROM event_store.events e WHERE e.id = ANY (a.rest_ids) ORDER BY e.id LIMIT 1) IS NULL' : ''}
    ${
      commands
        ? `AND (SELECT c.id FROM event_store.commands c WHERE c.id = a.command_id
           AND (c.content_hash <> a.content_hash OR (c.stream = a.stream AND c.step = a.step)) LIMIT 1) IS NULL`
        : ''
    }
), first AS (
  INSERT INTO event_store.events (${EVENT})
  SELECT id, stream, base + 1, type, schema_version, data, metadata FROM admitted ORDER BY stream
  ON CONFLICT DO NOTHING
  RETURNING id, stream, version, position
), ${rest ? REST : ''} stored AS ${commands ? 'MATERIALIZED' : 'NOT MATERIALIZED'} (
  SELECT f.id AS first_id, f.stream, f.version AS first_version,
    ${
      rest
        ? `coalesce(max(r.version), f.version) AS version, coalesce(max(r.position), f.position) AS position
  FROM first f LEFT JOIN rest r ON r.stream = f.stream
  GROUP BY f.id, f.stream, f.version, f.position`
        : 'f.version, f.position FROM first f'
    }
)${commands ? RECORDED : ''}
SELECT stream, first_id, first_version, version, position FROM stored`;
}

const REST = `rest AS (
  INSERT INTO event_store.events (${EVENT})
  SELECT r.id, r.stream, f.version + r.n - 1, r.type, r.schema_version, r.data, r.metadata
  FROM asked r JOIN first f ON f.stream = r.stream AND f.id = r.first_id
  WHERE r.n > 1 ORDER BY r.stream, r.n
  RETURNING stream, version, position
),`;

const RECORDED = `, recorded AS (
  INSERT INTO event_store.commands (id, stream, step, type, content_hash, outcome, first_version, version, position)
  SELECT a.command_id, a.stream, a.step, a.command_type, a.content_hash, 'accepted', s.first_version, s.version, s.position
  FROM stored s JOIN admitted a ON a.stream = s.stream AND a.id = s.first_id
  WHERE a.command_id IS NOT NULL
)`;
