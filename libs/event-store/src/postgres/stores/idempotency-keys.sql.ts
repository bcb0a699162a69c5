// Which command a key stands for, on the database's clock.

/** By the time at which the statement began, by which an index can be searched. */
const old = (time: string, ttl: string): string =>
  `${time} <= statement_timestamp() - ${ttl}::float8 * interval '1 ms'`;
/** From when the outcome of its command was recorded; as long as there is none, from when the key got it. */
const SINCE =
  'coalesce((SELECT max(c.recorded_at) FROM event_store.commands c WHERE c.id = k.command_id), k.renewed_at)';

/** $1 key, $2 ms that it lasts. `expired`: its own command was recorded longer ago than that; `command_id`: what it stands for since, if anything. */
export const findKey = {
  name: 'event_store.find_key',
  text: `
SELECT coalesce((SELECT ${old('max(c.recorded_at)', '$2')} FROM event_store.commands c WHERE c.id = $1), false) AS expired,
       (SELECT k.command_id FROM event_store.idempotency_keys k WHERE k.id = $1 AND NOT ${old(SINCE, '$2')}) AS command_id`,
};

/** $1 key, $2 ms that it lasts, $3 another command for it. One row, unless somebody else has just given it one. */
export const renewKey = {
  name: 'event_store.renew_key',
  text: `
INSERT INTO event_store.idempotency_keys AS k (id, command_id) VALUES ($1, $3)
ON CONFLICT (id) DO UPDATE SET command_id = EXCLUDED.command_id, renewed_at = EXCLUDED.renewed_at WHERE ${old(SINCE, '$2')}
RETURNING command_id`,
};

/** $1 ms that a key lasts, $2 rows at most. Rows that another process is at are left to it. */
export const pruneKeys = {
  name: 'event_store.prune_keys',
  text: `
DELETE FROM event_store.idempotency_keys WHERE id = ANY (ARRAY(
  SELECT k.id FROM event_store.idempotency_keys k WHERE ${old('k.renewed_at', '$1')} AND ${old(SINCE, '$1')}
  ORDER BY k.renewed_at LIMIT $2 FOR UPDATE SKIP LOCKED))`,
};
