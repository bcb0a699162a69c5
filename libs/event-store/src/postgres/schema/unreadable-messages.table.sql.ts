// Messages nobody can handle, kept byte for byte as they came, once per place in the broker.
export const unreadableMessagesTable = `
CREATE TABLE event_store.unreadable_messages (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic text NOT NULL,
  partition int NOT NULL,
  "offset" text NOT NULL,
  key text,
  headers jsonb NOT NULL,
  value bytea,
  reason_code text NOT NULL,
  detail text NOT NULL,
  received_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT unreadable_messages_place_unique UNIQUE (topic, partition, "offset")
)`;
