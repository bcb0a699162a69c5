// A cache of aggregates' states: may be emptied at any time.

/** One row for a stream, replaced by later ones. `state_hash` is of the state as it was taken; a row that was changed since is ignored.
 * `json` and not `jsonb`, which would bring the fields back in another order: a decision that goes through them might then differ. */
export const snapshotsTable = `
CREATE TABLE event_store.snapshots (
  stream text PRIMARY KEY,
  version int NOT NULL CHECK (version > 0),
  revision text NOT NULL,
  state json NOT NULL,
  state_hash text NOT NULL,
  taken_at timestamptz(3) NOT NULL
)`;
