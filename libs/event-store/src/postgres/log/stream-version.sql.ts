// The version a stream is at.

/** $1 stream. */
export const streamVersion = {
  name: 'event_store.stream_version',
  text: `SELECT coalesce(max(version), 0) AS version FROM event_store.events WHERE stream = $1`,
};
