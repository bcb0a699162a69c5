// A stream as an aggregate needs it: what happened, in order, as one JSON text. Nothing else travels, and the client parses once.

/**
 * $1 stream, $2 first and $3 last version, $4 time or null (see read-stream.sql.ts), $5 events at most. One row: an array of
 * `[version, type, schema version, data]`, or null where there is none.
 *
 * The driver's work is by the value: nine columns of a thousand events cost three times as much there as one long text.
 */
export const replayStream = {
  name: 'event_store.replay_stream',
  text: `
SELECT json_agg(json_build_array(version, type, schema_version, data) ORDER BY version)
FROM (
  SELECT version, type, schema_version, data
  FROM event_store.events
  WHERE stream = $1 AND version >= $2 AND version <= $3
    AND ($4::timestamptz IS NULL OR version < coalesce(
      (SELECT min(later.version) FROM event_store.events later WHERE later.stream = $1 AND later.occurred_at > $4), 2147483647))
  ORDER BY version LIMIT $5
) AS events`,
};
