// The statements by which the members of a group share its partitions. Time is always the database's.

/** $1 group, $2 member, $3 topics, $4 time to live in ms. Also forgets members that are silent. */
export const announceMember = `
WITH silent AS (
  DELETE FROM bus.members WHERE group_name = $1 AND member <> $2 AND seen_until < clock_timestamp()
)
INSERT INTO bus.members (group_name, member, topics, seen_until)
VALUES ($1, $2, $3, clock_timestamp() + $4 * interval '1 ms')
ON CONFLICT (group_name, member) DO UPDATE SET topics = excluded.topics, seen_until = excluded.seen_until`;

/** $1 group, $2 member */
export const forgetMember = `DELETE FROM bus.members WHERE group_name = $1 AND member = $2`;

/** $1 group */
export const countMembers = `SELECT count(*)::int AS members FROM bus.members WHERE group_name = $1 AND seen_until > clock_timestamp()`;

/** $1 group, $2 topics. A group seen for the first time begins at the beginning. */
export const createPlaces = `
INSERT INTO bus.consumers (group_name, topic, partition)
SELECT $1, t.name, p FROM bus.topics t CROSS JOIN generate_series(0, t.partitions - 1) p
 WHERE t.name = ANY ($2)
   AND NOT EXISTS (SELECT 1 FROM bus.consumers c WHERE c.group_name = $1 AND c.topic = t.name AND c.partition = p)
 ORDER BY t.name, p
ON CONFLICT DO NOTHING`;

/** $1 group, $2 member, $3 topics, $4 time to live in ms. What nobody took over in the meantime is still ours. */
export const renewLeases = `
UPDATE bus.consumers SET leased_until = clock_timestamp() + $4 * interval '1 ms'
 WHERE group_name = $1 AND lease_owner = $2 AND topic = ANY ($3)
RETURNING topic, partition, position::text, lease_epoch::text AS epoch`;

/** $1 group, $2 topics. How many partitions of each topic are one member's share. */
export const fairShares = `
SELECT t.name AS topic, ceil(t.partitions::numeric / greatest(count(m.member), 1))::int AS share
  FROM bus.topics t
  LEFT JOIN bus.members m ON m.group_name = $1 AND t.name = ANY (m.topics) AND m.seen_until > clock_timestamp()
 WHERE t.name = ANY ($2)
 GROUP BY t.name, t.partitions`;

/** $1 group, $2 member, $3 topic, $4 how many, $5 time to live in ms */
export const takeLeases = `
UPDATE bus.consumers c
   SET lease_owner = $2, lease_epoch = c.lease_epoch + 1, leased_until = clock_timestamp() + $5 * interval '1 ms'
  FROM (SELECT partition FROM bus.consumers
         WHERE group_name = $1 AND topic = $3 AND (lease_owner IS NULL OR leased_until < clock_timestamp())
         ORDER BY partition LIMIT $4 FOR UPDATE SKIP LOCKED) free
 WHERE c.group_name = $1 AND c.topic = $3 AND c.partition = free.partition
RETURNING c.topic, c.partition, c.position::text, c.lease_epoch::text AS epoch`;

/** $1 group, $2 topic, $3 partition, $4 member, $5 epoch */
export const releaseLease = `
UPDATE bus.consumers SET lease_owner = NULL, leased_until = NULL
 WHERE group_name = $1 AND topic = $2 AND partition = $3 AND lease_owner = $4 AND lease_epoch = $5`;

/** $1 group, $2 topic, $3 partition, $4 member, $5 epoch, $6 position. No row: another member has taken over. */
export const savePosition = `
UPDATE bus.consumers SET position = $6
 WHERE group_name = $1 AND topic = $2 AND partition = $3 AND lease_owner = $4 AND lease_epoch = $5
RETURNING 1`;
