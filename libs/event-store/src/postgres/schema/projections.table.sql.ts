// One row per version of a projection: is it being built, does it serve, or is it kept for a way back? Its checkpoint is its subscription's.

/**
 * `caught_up` names the logs it has read to their end; with the last of them it serves. `switched_position` is its checkpoint in the last
 * of them at that moment. `taken_up_at` is when a running service first found it so: before that nobody reads its table.
 */
export const projectionsTable = `
CREATE TABLE event_store.projections (
  name text NOT NULL CHECK (name <> ''),
  version int NOT NULL CHECK (version > 0),
  state text NOT NULL CHECK (state IN ('building', 'serving', 'retired')),
  caught_up text[] NOT NULL DEFAULT '{}',
  begun_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  switched_at timestamptz,
  switched_position bigint,
  taken_up_at timestamptz,
  PRIMARY KEY (name, version),
  CHECK ((state = 'building') = (switched_at IS NULL))
)`;
