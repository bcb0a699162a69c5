// Takes what is parked and not mirrored for a while. Whoever claims at the same time passes over it, and operators wait for nobody: the statement
// holds its locks for itself alone.

/** $1 how many, $2 for how long in milliseconds. */
export const claimParked = `
WITH due AS MATERIALIZED (
  SELECT subscription, log, position FROM event_store.parked_messages
   WHERE status = 'parked' AND mirrored_at IS NULL AND (mirror_claimed_until IS NULL OR mirror_claimed_until <= clock_timestamp())
   ORDER BY parked_at, position LIMIT $1 FOR UPDATE SKIP LOCKED
), claimed AS (
  UPDATE event_store.parked_messages p
     SET mirror_claimed_until = clock_timestamp() + $2 * interval '1 millisecond', mirror_claims = p.mirror_claims + 1
    FROM due WHERE p.subscription = due.subscription AND p.log = due.log AND p.position = due.position
  RETURNING p.*
)
SELECT subscription, log, position, message_id, type, key, status, attempts, reason, due_at, parked_at, mirror_claims AS claim
  FROM claimed ORDER BY parked_at, position`;
