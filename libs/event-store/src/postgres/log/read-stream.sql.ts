// A stream, or the part of it up to a version or a time.

/**
 * $1 stream, $2 first and $3 last version, $4 time or null. With a time it ends before the first event that is later: history stays
 * whole even where the clock was set back between two events.
 */
export const readStream = {
  name: 'event_store.read_stream',
  text: `
SELECT position, id, stream, version, type, schema_version, data, metadata, occurred_at
FROM event_store.events
WHERE stream = $1 AND version >= $2 AND version <= $3
  AND ($4::timestamptz IS NULL OR version < coalesce(
    (SELECT min(later.version) FROM event_store.events later WHERE later.stream = $1 AND later.occurred_at > $4), 2147483647))
ORDER BY version`,
};
