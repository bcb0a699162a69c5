// Stores a batch of messages in the inbox, and aside those nobody can read: one statement, and so one transaction.

/**
 * $1 messages, $2 unreadable ones, both as JSON arrays. Messages go in the order they came. One that is known draws no position: each one
 * drawn in vain is a gap that readers have to clear up. `LIMIT 1` changes nothing (ids are unique), but has the planner look ids up one by
 * one instead of reading the whole table.
 */
export const storeInbound = {
  name: 'event_store.store_inbound',
  text: `
WITH message AS (
  SELECT * FROM ROWS FROM (jsonb_to_recordset($1) AS (id text, topic text, key text, type text, "schemaVersion" int, version int,
                                                      data jsonb, metadata jsonb, "contentHash" text))
    WITH ORDINALITY AS m (id, topic, key, type, schema_version, version, data, metadata, content_hash, place)
), stored AS (
  INSERT INTO event_store.inbound_messages (id, topic, key, type, schema_version, version, data, metadata, content_hash)
  SELECT m.id, topic, key, type, schema_version, version, data, metadata, content_hash FROM message AS m
    LEFT JOIN LATERAL (SELECT known.id FROM event_store.inbound_messages AS known WHERE known.id = m.id LIMIT 1) AS known ON true
   WHERE known.id IS NULL
   ORDER BY place
  ON CONFLICT (id) DO NOTHING RETURNING id
), aside AS (
  INSERT INTO event_store.unreadable_messages (topic, partition, "offset", key, headers, value, reason_code, detail)
  SELECT topic, partition, "offset", key, headers, decode(value, 'base64'), reason_code, detail
    FROM jsonb_to_recordset($2) AS u (topic text, partition int, "offset" text, key text, headers jsonb, value text,
                                      reason_code text, detail text)
  ON CONFLICT (topic, partition, "offset", content) DO NOTHING
)
SELECT count(*)::int AS stored FROM stored`,
};
