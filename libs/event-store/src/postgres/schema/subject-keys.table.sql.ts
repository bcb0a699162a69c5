// The keys of people, wrapped by a master key that no database has.

/**
 * One row for a subject, for ever. A key that is destroyed leaves a tombstone: NULL in place of the key, which no key can replace, so that
 * nothing of somebody who was forgotten can be stored again by a writer that does not know. The primary key decides between a first write and
 * a forget at the same time.
 */
export const subjectKeysTable = `
CREATE TABLE IF NOT EXISTS event_store.subject_keys (
  subject text PRIMARY KEY,
  master_key text,
  wrapped bytea,
  created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
  destroyed_at timestamptz(3),
  CONSTRAINT subject_keys_key_or_tombstone CHECK (
    (destroyed_at IS NULL AND wrapped IS NOT NULL AND master_key IS NOT NULL)
    OR (destroyed_at IS NOT NULL AND wrapped IS NULL AND master_key IS NULL))
)`;
