// What is set aside, for people: with how many of the same key stand behind each.
import { overtakingKey } from '../../core/index.js';

const SUFFIX = overtakingKey('');
/** SQL for the key that a record has in its log, from the one it is set aside under. */
export const ownKey = (key: string) =>
  `CASE WHEN right(${key}, ${SUFFIX.length}) = '${SUFFIX}' THEN left(${key}, -${SUFFIX.length}) ELSE ${key} END`;

export const PARKED = `
SELECT p.subscription, p.log, p.position, p.message_id, p.type, p.key, p.status, p.attempts, p.reason, p.due_at, p.parked_at,
       (SELECT count(*)::int FROM event_store.parked_messages b
         WHERE b.subscription = p.subscription AND b.log = p.log AND b.key = p.key AND b.position > p.position) AS behind
FROM event_store.parked_messages p`;

/** $1 statuses; subscription, key, log, type, code of the reason, since, before, each or null; $9 limit. */
export const listParked = `${PARKED}
WHERE p.status = ANY ($1) AND ($2::text IS NULL OR p.subscription = $2) AND ($3::text IS NULL OR p.key IN ($3, $3 || '${SUFFIX}'))
  AND ($4::text IS NULL OR p.log = $4) AND ($5::text IS NULL OR p.type = $5)
  AND ($6::text IS NULL OR split_part(p.reason, ':', 1) = $6)
  AND ($7::timestamptz IS NULL OR p.parked_at >= $7) AND ($8::timestamptz IS NULL OR p.parked_at < $8)
ORDER BY p.subscription, p.log, p.position LIMIT $9`;

/** $1 subscription, $2 log, $3 position. */
export const findParked = `${PARKED} WHERE p.subscription = $1 AND p.log = $2 AND p.position = $3`;

/** $1 subscription, $2 log, $3 key, $4 position, $5 limit. */
export const behindParked = `${PARKED}
WHERE p.subscription = $1 AND p.log = $2 AND p.key = $3 AND p.position > $4 ORDER BY p.position LIMIT $5`;

/** `unmirrored`: only where somebody has begun to mirror; elsewhere nothing waits for that. */
export const countParked = `
SELECT count(*) FILTER (WHERE status = 'waiting')::int AS waiting, count(*) FILTER (WHERE status = 'behind')::int AS behind,
       count(*) FILTER (WHERE status = 'parked')::int AS parked,
       (SELECT count(*)::int FROM event_store.unreadable_messages WHERE resolution IS NULL) AS unreadable,
       (SELECT count(*)::int FROM event_store.unreadable_messages WHERE resolution IS NULL AND reason_code = 'unknown-type') AS "unknownTypes",
       (SELECT CASE WHEN bool_or(claimed) THEN count(*) ELSE 0 END::int FROM (
          SELECT mirror_claimed_until IS NOT NULL AS claimed FROM event_store.parked_messages WHERE status = 'parked' AND mirrored_at IS NULL
          UNION ALL
          SELECT mirror_claimed_until IS NOT NULL FROM event_store.unreadable_messages WHERE resolution IS NULL AND mirrored_at IS NULL
        ) waiting) AS unmirrored
FROM event_store.parked_messages`;

/** $1 key, $2 type, $3 code of the reason, $4 since, $5 before, each or null; $6 limit. */
const listUnreadable = (order: 'ASC' | 'DESC') => `
SELECT id, topic, partition, "offset", key, reason_code, detail, received_at, resolution, coalesce(octet_length(value), 0) AS bytes
FROM event_store.unreadable_messages
WHERE resolution IS NULL AND ($1::text IS NULL OR key = $1) AND ($2::text IS NULL OR headers->>'ce_type' = $2)
  AND ($3::text IS NULL OR reason_code = $3)
  AND ($4::timestamptz IS NULL OR received_at >= $4) AND ($5::timestamptz IS NULL OR received_at < $5)
ORDER BY id ${order} LIMIT $6`;

export const unreadableNewestFirst = listUnreadable('DESC');
export const unreadableOldestFirst = listUnreadable('ASC');

export const findUnreadable = `
SELECT id, topic, partition, "offset", key, headers, value, reason_code, detail, received_at, resolution
FROM event_store.unreadable_messages WHERE id = $1`;
