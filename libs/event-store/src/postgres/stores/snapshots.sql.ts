// The newest snapshot of a stream: read, and replaced.

/** $1 stream, $2 version at most. */
export const findSnapshot = {
  name: 'event_store.find_snapshot',
  text: `
SELECT version, revision, state, state_hash, taken_at, subjects FROM event_store.snapshots WHERE stream = $1 AND version <= $2`,
};

/**
 * $1 stream, $2 version, $3 revision, $4 state, $5 its hash, $6 time, $7 subjects. Writers on several processes may come late: the version only rises. At the
 * same version the newer one wins, since the older may be of another revision, or damaged.
 */
export const saveSnapshot = {
  name: 'event_store.save_snapshot',
  text: `
INSERT INTO event_store.snapshots AS known (stream, version, revision, state, state_hash, taken_at, subjects)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (stream) DO UPDATE SET version = EXCLUDED.version, revision = EXCLUDED.revision, state = EXCLUDED.state,
  state_hash = EXCLUDED.state_hash, taken_at = EXCLUDED.taken_at, subjects = EXCLUDED.subjects
WHERE known.version <= EXCLUDED.version`,
};

/** $1 subject. */
export const dropSnapshotsOf = {
  name: 'event_store.drop_snapshots_of',
  text: `
DELETE FROM event_store.snapshots WHERE subjects <> '{}' AND subjects @> ARRAY[$1::text]`,
};
