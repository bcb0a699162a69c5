// What a scrape asks, again and again: each statement looks at a few places of an index, or stops counting.

/** One row. */
export const figureEnds = {
  name: 'figures_ends',
  text: `
SELECT coalesce((SELECT position FROM event_store.events ORDER BY position DESC LIMIT 1), 0) AS events,
       coalesce((SELECT position FROM event_store.inbound_messages ORDER BY position DESC LIMIT 1), 0) AS inbound,
       coalesce((SELECT position FROM event_store.outgoing_commands ORDER BY position DESC LIMIT 1), 0) AS outgoing`,
};

/** Of a log the last position and, for each checkpoint, the first record after it: no record is counted. */
export const figureLags = {
  name: 'figures_lags',
  text: `
WITH ends (log, position) AS (VALUES
  ('events', (SELECT position FROM event_store.events ORDER BY position DESC LIMIT 1)),
  ('inbound', (SELECT position FROM event_store.inbound_messages ORDER BY position DESC LIMIT 1)),
  ('outgoing', (SELECT position FROM event_store.outgoing_commands ORDER BY position DESC LIMIT 1))
)
SELECT s.name, s.log, greatest(0, coalesce(ends.position, 0) - s.position)::float8 AS positions,
       coalesce(greatest(0, extract(epoch FROM clock_timestamp() - CASE s.log
         WHEN 'events' THEN (SELECT occurred_at FROM event_store.events WHERE position > s.position ORDER BY position LIMIT 1)
         WHEN 'inbound' THEN (SELECT received_at FROM event_store.inbound_messages WHERE position > s.position ORDER BY position LIMIT 1)
         ELSE (SELECT recorded_at FROM event_store.outgoing_commands WHERE position > s.position ORDER BY position LIMIT 1)
       END) * 1000), 0)::float8 AS ms
  FROM event_store.subscriptions s JOIN ends ON ends.log = s.log`,
};

/** $1 where counting stops. */
export const figureParked = {
  name: 'figures_parked',
  text: `
SELECT subscription, status, reason_code AS "reasonCode", count(*)::int AS count
  FROM (SELECT subscription, status, split_part(reason, ': ', 1) AS reason_code FROM event_store.parked_messages LIMIT $1) AS aside
 GROUP BY 1, 2, 3`,
};

/** $1 where counting stops. */
export const figureUnreadable = {
  name: 'figures_unreadable',
  text: `
SELECT topic, reason_code AS "reasonCode", count(*)::int AS count
  FROM (SELECT topic, reason_code FROM event_store.unreadable_messages WHERE resolution IS NULL LIMIT $1) AS aside
 GROUP BY 1, 2`,
};

/** `statement_timestamp()`, unlike `clock_timestamp()`, lets the index find those that are due. */
export const figureTimers = {
  name: 'figures_timers',
  text: `
SELECT process, count(*)::int AS due, (extract(epoch FROM statement_timestamp() - min(due_at)) * 1000)::float8 AS "overdueMs"
  FROM event_store.process_timers WHERE due_at <= statement_timestamp() GROUP BY process`,
};

export const figureProcesses = {
  name: 'figures_processes',
  text: `
SELECT process, status, count(*)::int AS count FROM event_store.processes WHERE status <> 'new' GROUP BY 1, 2`,
};
