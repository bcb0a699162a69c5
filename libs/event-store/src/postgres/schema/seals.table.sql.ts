// The seals: what the log was when it was sealed, one row for a batch of settled events.

/**
 * Each seal covers every position from the end of the one before it (`from_position`, inclusive) to its own end, gaps included, so a row
 * that appears in between belongs to none and is found. `digests` names the single row that changed: 16 bytes for each event, its position
 * and the first 8 bytes of its hash. `hash` is what binds: of the seal before, and of the whole hashes of the rows. `mac` is that hash
 * under a key that is not in the database. `sealed_at` is for people; nothing is concluded from it.
 */
export const sealsTable = `
CREATE TABLE event_store.seals (
  number bigint PRIMARY KEY CHECK (number > 0),
  from_position bigint NOT NULL CHECK (from_position > 0),
  to_position bigint NOT NULL,
  events int NOT NULL CHECK (events > 0),
  digests bytea NOT NULL,
  hash bytea NOT NULL CHECK (length(hash) = 32),
  key_id text NOT NULL,
  mac bytea NOT NULL CHECK (length(mac) = 32),
  sealed_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  CHECK (to_position >= from_position),
  CHECK (length(digests) = 16 * events)
);
ALTER TABLE event_store.seals ALTER COLUMN digests SET STORAGE EXTERNAL`;
