// The inbox: messages of other contexts, one row per message id, read by position as the log 'inbound'.
export const inboundMessagesTable = `
CREATE TABLE event_store.inbound_messages (
  position bigint GENERATED ALWAYS AS IDENTITY (INCREMENT 1 CACHE 1) PRIMARY KEY,
  id text NOT NULL CONSTRAINT inbound_messages_id_unique UNIQUE,
  topic text NOT NULL,
  key text NOT NULL,
  type text NOT NULL,
  schema_version int NOT NULL,
  version int NOT NULL,
  data jsonb NOT NULL,
  metadata jsonb NOT NULL,
  content_hash text NOT NULL,
  received_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
)`;
