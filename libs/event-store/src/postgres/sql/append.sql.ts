// The append: one round trip for a batch of appends, each of which goes in whole or not at all.

/**
 * $1 is a JSON array of appends, at most one per stream, sorted by stream (so that two batches cannot lock each other out):
 * `{ stream, at_least, at_most, first_id, rest_ids, events: [{ id, type, schema_version, data, metadata }],
 *    command_id, step, command_type, content_hash }`.
 *
 * - An append is admitted when the newest visible version is within at_least..at_most, and neither its command nor one of its later
 *   ids is known. So version n + 1 is only written where n is visible, and positions rise with versions without any lock.
 * - A race is decided by the unique keys: the *first* event goes in ON CONFLICT DO NOTHING, the others and the command only where it
 *   did. The join is on the stream and the **first id**: on the stream alone, two appends of one stream would store a mix of both.
 * - An append without a row in the answer was not stored; who was first is found out by reading.
 *
 * `(SELECT … LIMIT 1) IS NULL` stands for NOT EXISTS, which the planner may turn into a join over the whole table, and `ORDER BY`
 * keeps it to the index while the table is new and without statistics: the prepared plan would stay.
 */
export const appendStatement = {
  name: 'event_store.append',
  text: `
WITH asked AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS a(
    stream text, at_least int, at_most int, first_id uuid, rest_ids uuid[], events jsonb,
    command_id uuid, step int, command_type text, content_hash text)
), admitted AS MATERIALIZED (
  SELECT a.*, coalesce(newest.version, 0) AS base
  FROM asked a
  LEFT JOIN LATERAL (
    SELECT e.version FROM event_store.events e WHERE e.stream = a.stream ORDER BY e.version DESC LIMIT 1
  ) AS newest ON true
  WHERE coalesce(newest.version, 0) BETWEEN a.at_least AND a.at_most
    AND (SELECT e.id FROM event_store.events e WHERE e.id = ANY (a.rest_ids) ORDER BY e.id LIMIT 1) IS NULL
    AND (SELECT c.id FROM event_store.commands c WHERE c.id = a.command_id
           AND (c.content_hash <> a.content_hash OR (c.stream = a.stream AND c.step = a.step)) LIMIT 1) IS NULL
), entries AS MATERIALIZED (
  SELECT a.stream, a.first_id, n, (a.base + n)::int AS version, e.id, e.type, e.schema_version, e.data, e.metadata
  FROM admitted a
  CROSS JOIN LATERAL ROWS FROM (
    jsonb_to_recordset(a.events) AS (id uuid, type text, schema_version int, data jsonb, metadata jsonb)
  ) WITH ORDINALITY AS e(id, type, schema_version, data, metadata, n)
), first AS (
  INSERT INTO event_store.events (id, stream, version, type, schema_version, data, metadata)
  SELECT id, stream, version, type, schema_version, data, metadata FROM entries WHERE n = 1 ORDER BY stream
  ON CONFLICT DO NOTHING
  RETURNING id, stream, version, position
), rest AS (
  INSERT INTO event_store.events (id, stream, version, type, schema_version, data, metadata)
  SELECT r.id, r.stream, r.version, r.type, r.schema_version, r.data, r.metadata
  FROM entries r JOIN first f ON f.stream = r.stream AND f.id = r.first_id
  WHERE r.n > 1 ORDER BY r.stream, r.version
  RETURNING stream, version, position
), stored AS MATERIALIZED (
  SELECT f.id AS first_id, f.stream, f.version AS first_version,
    coalesce(max(r.version), f.version) AS version, coalesce(max(r.position), f.position) AS position
  FROM first f LEFT JOIN rest r ON r.stream = f.stream
  GROUP BY f.id, f.stream, f.version, f.position
), recorded AS (
  INSERT INTO event_store.commands (id, stream, step, type, content_hash, outcome, first_version, version, position)
  SELECT a.command_id, a.stream, a.step, a.command_type, a.content_hash, 'accepted', s.first_version, s.version, s.position
  FROM stored s JOIN admitted a ON a.stream = s.stream AND a.first_id = s.first_id
  WHERE a.command_id IS NOT NULL
)
SELECT first_id, first_version, version, position FROM stored`,
};
