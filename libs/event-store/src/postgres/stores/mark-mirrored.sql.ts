// The broker has them. A claim that was taken over, or ended because the message was parked again, marks nothing.

/** $1 JSON: `[{subscription, log, position, claim}]`. */
export const markParkedMirrored = `
UPDATE event_store.parked_messages p SET mirrored_at = clock_timestamp()
  FROM jsonb_to_recordset($1::jsonb) AS m (subscription text, log text, position bigint, claim int)
 WHERE p.subscription = m.subscription AND p.log = m.log AND p.position = m.position
   AND p.mirror_claims = m.claim AND p.mirror_claimed_until IS NOT NULL AND p.mirrored_at IS NULL`;

/** $1 JSON: `[{id, claim}]`. */
export const markUnreadableMirrored = `
UPDATE event_store.unreadable_messages u SET mirrored_at = clock_timestamp()
  FROM jsonb_to_recordset($1::jsonb) AS m (id bigint, claim int)
 WHERE u.id = m.id AND u.mirror_claims = m.claim AND u.mirrored_at IS NULL`;
