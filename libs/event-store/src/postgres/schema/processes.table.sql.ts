// What each process manager remembers: one row per process, locked while an event, timer or rejection is applied to it.

/**
 * `new`: a placeholder inside the unit of work that starts the process, never visible to others. `completed`: a tombstone, kept for late
 * events. `undo`: the commands that take back what was sent, oldest first.
 */
export const processesTable = `
CREATE TABLE event_store.processes (
  process text NOT NULL,
  id text NOT NULL,
  status text NOT NULL CHECK (status IN ('new', 'running', 'completed')),
  state_version int NOT NULL CHECK (state_version >= 0),
  state jsonb NOT NULL,
  undo jsonb NOT NULL,
  started_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (process, id)
)`;
