// Streams by their last event, newest first, walking the log backwards: an event is its stream's last where the next version is not there.

/**
 * $1 position to look below, $2 prefix of the stream or null, $3 events to look at, $4 streams wanted. Two probes of an index per event
 * looked at, and it ends with the last stream wanted. The scalar subquery is on purpose: a NOT EXISTS may be planned as a join over the whole table.
 */
export const newestStreams = {
  name: 'operations_newest_streams',
  text: `
SELECT last.position, last.stream, last.version, last.type, last.occurred_at AS last_at,
       (SELECT first.occurred_at FROM event_store.events first WHERE first.stream = last.stream AND first.version = 1) AS first_at
FROM (
  SELECT position, stream, version, type, occurred_at FROM event_store.events
   WHERE position < $1 ORDER BY position DESC LIMIT $3
) AS last
WHERE ($2::text IS NULL OR starts_with(last.stream, $2))
  AND (SELECT later.version FROM event_store.events later
        WHERE later.stream = last.stream AND later.version = last.version + 1) IS NULL
ORDER BY last.position DESC LIMIT $4`,
};

/** The position of the last event that a look over $2 events below $1 reaches; no row when it reaches the beginning. */
export const endOfLook = {
  name: 'operations_end_of_look',
  text: `SELECT position FROM event_store.events WHERE position < $1 ORDER BY position DESC OFFSET $2 - 1 LIMIT 1`,
};
