// Timers of processes that are not due yet, on the database's clock. A due one moves into the inbox, under its id.
export const processTimersTable = `
CREATE TABLE event_store.process_timers (
  timer_id uuid PRIMARY KEY,
  process text NOT NULL,
  process_id text NOT NULL,
  name text NOT NULL,
  due_at timestamptz NOT NULL,
  metadata jsonb NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
)`;
