// Finding one request again: by unique indexes, by halving over a primary key, and by looking at a part of a log. Never at data.
import type { LogTable } from '../log/log-table.js';

/** $1 the id as text, $2 the same as a UUID, or null. Each branch is one probe of a unique index. */
export const findId = {
  name: 'operations_trace_find',
  text: `
SELECT 'event' AS what, occurred_at AS time, metadata->>'correlationId' AS correlation FROM event_store.events WHERE id = $2::uuid
UNION ALL
SELECT CASE WHEN type = 'process.timer' THEN 'timer' ELSE 'message' END, received_at, metadata->>'correlationId'
  FROM event_store.inbound_messages WHERE id = $1::text
UNION ALL
SELECT 'command', recorded_at, metadata->>'correlationId' FROM event_store.outgoing_commands WHERE id = $2::uuid
UNION ALL
SELECT 'command', c.recorded_at, (SELECT e.metadata->>'correlationId' FROM event_store.events e WHERE e.position = c.position)
  FROM event_store.commands c WHERE c.id = $2::uuid
UNION ALL
SELECT 'timer', created_at, metadata->>'correlationId' FROM event_store.process_timers WHERE timer_id = $2::uuid`,
};

/** $1 how many events to look at from either end of the log. */
export const categoriesAtEnds = {
  name: 'operations_trace_categories',
  text: `
SELECT DISTINCT split_part(stream, '-', 1) AS category FROM (
  (SELECT stream FROM event_store.events ORDER BY position DESC LIMIT $1)
  UNION ALL (SELECT stream FROM event_store.events ORDER BY position LIMIT $1)
) AS ends`,
};

/** $1 streams, $2 events of each to look at, $3 requests wanted. */
export const requestsOfStreams = {
  name: 'operations_trace_streams',
  text: `
SELECT metadata->>'correlationId' AS correlation, min(occurred_at) AS time FROM unnest($1::text[]) AS wanted (name)
CROSS JOIN LATERAL (
  SELECT metadata, occurred_at FROM event_store.events WHERE stream = wanted.name ORDER BY version LIMIT $2
) AS written
GROUP BY 1 ORDER BY 2 LIMIT $3`,
};

/**
 * $1 a time. The position after which the log was written at that time or later: some 30 probes of the primary key. Times follow
 * positions but for writers that overlap, so ask for a little more than is wanted.
 */
export function positionAt({ name, table, columns }: LogTable) {
  return {
    name: `operations_trace_position_${name}`,
    text: `
WITH RECURSIVE search (low, high) AS (
  SELECT 0::bigint, coalesce((SELECT position FROM ${table} ORDER BY position DESC LIMIT 1), 0) + 1
  UNION ALL
  SELECT CASE WHEN probe.time < $1 THEN probe.position ELSE low END, CASE WHEN probe.time < $1 THEN high ELSE (low + high) / 2 END
    FROM search
    LEFT JOIN LATERAL (
      SELECT position, ${columns.time} AS time FROM ${table}
       WHERE position >= (low + high) / 2 AND position < high ORDER BY position LIMIT 1
    ) AS probe ON true
   WHERE high - low > 1
)
SELECT low AS position FROM search ORDER BY high - low LIMIT 1`,
  };
}

/** $1 correlation id, $2 after, $3 up to. */
export function recordsOf({ name, table, columns }: LogTable) {
  const { id, key, version, type, metadata, time } = columns;
  return {
    name: `operations_trace_records_${name}`,
    text: `
SELECT position, ${id}::text AS id, ${key} AS key, ${version} AS version, ${type} AS type, ${time} AS time, ${metadata} AS metadata
  FROM ${table} WHERE position > $2 AND position <= $3 AND ${metadata}->>'correlationId' = $1 ORDER BY position`,
  };
}

/** $1 ids. */
export const decisionsOf = {
  name: 'operations_trace_decisions',
  text: `
SELECT id::text AS id, stream, type, recorded_at AS time, outcome, rejection FROM event_store.commands
 WHERE id = ANY ($1::uuid[]) ORDER BY recorded_at, id, stream, step`,
};

/** $1 correlation id. Looks at every timer that has not fired. */
export const timersOf = {
  name: 'operations_trace_timers',
  text: `
SELECT timer_id::text AS id, process, process_id AS "processId", name, created_at AS time, due_at AS "dueAt", metadata
  FROM event_store.process_timers WHERE metadata->>'correlationId' = $1 ORDER BY due_at, timer_id`,
};

/** $1 subjects. By index. */
export const operationsOn = {
  name: 'operations_trace_operations',
  text: `
SELECT subject, action, at, (detail->>'attempts')::int AS attempts, detail->>'reason' AS reason FROM event_store.operations_log
 WHERE subject = ANY ($1::text[]) AND action IN ('parked.replay', 'parked.discard') ORDER BY id`,
};

/** $1 log, $2 positions. By primary key, subscription by subscription. */
export const setAsideAt = {
  name: 'operations_trace_set_aside',
  text: `
SELECT p.subscription AS name, p.log, p.position, p.message_id AS "messageId", p.status, p.attempts, p.reason, p.due_at AS "dueAt"
  FROM event_store.subscriptions s
  JOIN event_store.parked_messages p ON p.subscription = s.name AND p.log = s.log AND p.position = ANY ($2::bigint[])
 WHERE s.log = $1 ORDER BY p.position, p.subscription`,
};
