// Records set aside: waiting for their next attempt, standing behind one of the same key, or parked for good.
export const parkedMessagesTable = `
CREATE TABLE event_store.parked_messages (
  subscription text NOT NULL,
  log text NOT NULL CHECK (log IN ('events', 'inbound', 'outgoing')),
  position bigint NOT NULL,
  message_id text NOT NULL,
  type text NOT NULL,
  key text NOT NULL,
  status text NOT NULL CHECK (status IN ('waiting', 'behind', 'parked')),
  attempts int NOT NULL DEFAULT 0,
  reason text NOT NULL DEFAULT '',
  due_at timestamptz,
  parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (subscription, log, position)
)`;
