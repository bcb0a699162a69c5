// Commands that sagas and processes have decided to send, read by position as the log 'outgoing'.
export const outgoingCommandsTable = `
CREATE TABLE event_store.outgoing_commands (
  position bigint GENERATED ALWAYS AS IDENTITY (INCREMENT 1 CACHE 1) PRIMARY KEY,
  id uuid NOT NULL CONSTRAINT outgoing_commands_id_unique UNIQUE,
  key text NOT NULL,
  type text NOT NULL,
  data jsonb NOT NULL,
  metadata jsonb NOT NULL,
  recorded_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
)`;
