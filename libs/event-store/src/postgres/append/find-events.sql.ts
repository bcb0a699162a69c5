// Which of an append's event ids are stored, whether as the same event, and the stream's version: all seen at one moment.

/**
 * $1 stream, $2 JSON array of `{ id, type, schema_version, data }`. At least one row; `id` is null when none of the ids is known.
 * `LIMIT 1` changes nothing (ids are unique), but has the planner look ids up one by one instead of joining the whole table.
 */
export const findEvents = {
  name: 'event_store.find_events',
  text: `
SELECT now_at.version AS actual, found.*
FROM (SELECT coalesce(max(version), 0) AS version FROM event_store.events WHERE stream = $1) AS now_at
LEFT JOIN (
  SELECT e.id, e.version, e.position,
    e.stream = $1 AND e.type = i.type AND e.schema_version = i.schema_version AND e.data = i.data AS same
  FROM jsonb_to_recordset($2::jsonb) AS i(id uuid, type text, schema_version int, data jsonb)
  CROSS JOIN LATERAL (SELECT * FROM event_store.events WHERE events.id = i.id LIMIT 1) AS e
) AS found ON true
ORDER BY found.version`,
};
