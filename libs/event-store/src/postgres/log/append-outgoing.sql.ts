// Stores commands that were decided, in their order; those that are stored already are left as they are.

/** $1 commands as a JSON array. A known one draws no position; `LIMIT 1` keeps the look-ups to the index: see store-inbound.sql.ts. */
export const appendOutgoing = {
  name: 'event_store.append_outgoing',
  text: `
INSERT INTO event_store.outgoing_commands (id, key, type, data, metadata)
SELECT c.id, c.key, c.type, c.data, c.metadata
  FROM ROWS FROM (jsonb_to_recordset($1) AS (id uuid, key text, type text, data jsonb, metadata jsonb))
       WITH ORDINALITY AS c (id, key, type, data, metadata, place)
  LEFT JOIN LATERAL (SELECT known.id FROM event_store.outgoing_commands AS known WHERE known.id = c.id LIMIT 1) AS known ON true
 WHERE known.id IS NULL
 ORDER BY place
ON CONFLICT (id) DO NOTHING`,
};
