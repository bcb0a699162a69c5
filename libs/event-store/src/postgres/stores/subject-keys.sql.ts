// A subject's key: looked up, made once, destroyed for good.

/** $1 subjects. */
export const findSubjectKeys = {
  name: 'event_store.find_subject_keys',
  text: `
SELECT subject, master_key, wrapped, created_at, destroyed_at FROM event_store.subject_keys WHERE subject = ANY ($1::text[])`,
};

/**
 * $1 subject, $2 master key, $3 wrapped key. Nothing where there is a row, a tombstone too; the caller then reads it.
 */
export const createSubjectKey = {
  name: 'event_store.create_subject_key',
  text: `
INSERT INTO event_store.subject_keys (subject, master_key, wrapped) VALUES ($1, $2, $3)
ON CONFLICT (subject) DO NOTHING`,
};

/**
 * $1 subject. One row where this statement destroyed it. Of two at a time the second waits for the first, sees its tombstone and leaves it as
 * it is: no row.
 */
export const destroySubjectKey = {
  name: 'event_store.destroy_subject_key',
  text: `
INSERT INTO event_store.subject_keys AS known (subject, destroyed_at) VALUES ($1, clock_timestamp())
ON CONFLICT (subject) DO UPDATE SET wrapped = NULL, master_key = NULL, destroyed_at = EXCLUDED.destroyed_at
WHERE known.destroyed_at IS NULL
RETURNING destroyed_at`,
};
