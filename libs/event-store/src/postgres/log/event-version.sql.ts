// Where in its stream an event lies, by its id.

/** $1 event id, $2 stream; no row when the event is not in the stream. */
export const eventVersion = {
  name: 'event_store.event_version',
  text: `SELECT version FROM event_store.events WHERE id = $1 AND stream = $2`,
};
