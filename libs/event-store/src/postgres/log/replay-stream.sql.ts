// A stream as an aggregate needs it: what happened, in order. Nothing else travels.

/**
 * $1 stream, $2 first and $3 last version, $4 time or null (see read-stream.sql.ts), $5 events at most. Rows of version, type, schema version
 * and data, for a client that takes them as text: parsing the nine columns of an event as the driver does takes three times as long, and
 * making one JSON text of all rows twice as long, because the server would copy each event several times.
 */
export const replayStream = {
  name: 'event_store.replay_stream',
  text: `
SELECT version, type, schema_version, data
FROM event_store.events
WHERE stream = $1 AND version >= $2 AND version <= $3
  AND ($4::timestamptz IS NULL OR version < coalesce(
    (SELECT min(later.version) FROM event_store.events later WHERE later.stream = $1 AND later.occurred_at > $4), 2147483647))
ORDER BY version LIMIT $5`,
};
