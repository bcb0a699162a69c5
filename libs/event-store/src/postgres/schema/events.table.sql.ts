// The log: every event of the context, once, for ever.

/**
 * - `position` is drawn by the insert itself, one at a time (CACHE 1): a later position was drawn later, and within a stream
 *   positions rise with versions, because version n + 1 is only written where n is visible.
 * - `UNIQUE (stream, version)` decides races between writers; it is also the index that reads a stream.
 * - `occurred_at` has the millisecond of a JavaScript Date, so that reading until an event's own time includes the event.
 */
export const eventsTable = `
CREATE TABLE event_store.events (
  position bigint GENERATED ALWAYS AS IDENTITY (INCREMENT 1 CACHE 1) PRIMARY KEY,
  id uuid NOT NULL CONSTRAINT events_id_unique UNIQUE,
  stream text NOT NULL,
  version int NOT NULL CHECK (version > 0),
  type text NOT NULL,
  schema_version int NOT NULL CHECK (schema_version > 0),
  data jsonb NOT NULL,
  metadata jsonb NOT NULL,
  occurred_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT events_stream_version_unique UNIQUE (stream, version)
)`;
