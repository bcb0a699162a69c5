// Further keys that a process is found by, besides its id: written once, and a key belongs to one process of its class for ever.

/** A row's `key` is never the id of a process: see learn-process-keys.function.sql.ts. */
export const processKeysTable = `
CREATE TABLE event_store.process_keys (
  process text NOT NULL,
  key text NOT NULL,
  id text NOT NULL,
  learned_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (process, key),
  FOREIGN KEY (process, id) REFERENCES event_store.processes (process, id) ON DELETE CASCADE
)`;
