// Takes messages that nobody could read, has dealt with or mirrored for a while, as claim-parked.sql.ts does.

/** $1 how many, $2 for how long in milliseconds. */
export const claimUnreadable = `
WITH due AS MATERIALIZED (
  SELECT id FROM event_store.unreadable_messages
   WHERE resolution IS NULL AND mirrored_at IS NULL AND (mirror_claimed_until IS NULL OR mirror_claimed_until <= clock_timestamp())
   ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
), claimed AS (
  UPDATE event_store.unreadable_messages u
     SET mirror_claimed_until = clock_timestamp() + $2 * interval '1 millisecond', mirror_claims = u.mirror_claims + 1
    FROM due WHERE u.id = due.id
  RETURNING u.*
)
SELECT id, topic, partition, "offset", key, headers, value, reason_code, detail, received_at, mirror_claims AS claim
  FROM claimed ORDER BY id`;
