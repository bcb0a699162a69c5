// Keys that were used again after their time: the command that each stands for now. What became of it is in event_store.commands.

/** A key that is used once, or again within its time, has no row: its command has the key's own id. */
export const idempotencyKeysTable = `
CREATE TABLE event_store.idempotency_keys (
  id uuid PRIMARY KEY,
  command_id uuid NOT NULL,
  renewed_at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
)`;

/** Finds the oldest, which are forgotten first. */
export const idempotencyKeysAge = `
CREATE INDEX idempotency_keys_renewed_at ON event_store.idempotency_keys (renewed_at)`;
