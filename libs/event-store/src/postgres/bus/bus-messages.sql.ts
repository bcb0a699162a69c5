// The statements on topics and messages of the bus.

/** $1 names, $2 partition counts. Sorted, so that two services creating the same topics cannot deadlock. */
export const createTopics = `
INSERT INTO bus.topics (name, partitions)
SELECT * FROM unnest($1::text[], $2::int[]) AS t(name, partitions) ORDER BY name
ON CONFLICT DO NOTHING`;

/** $1 names */
export const readTopics = `SELECT name, partitions FROM bus.topics WHERE name = ANY ($1)`;

/**
 * $1 topics, $2 hashes of the keys, $3 keys, $4 headers, $5 values. Positions are drawn above the sort: in the order of the batch.
 * All or none: a topic that is not there gives no partition, which the table refuses (not_null_violation).
 */
export const insertMessages = `
INSERT INTO bus.messages (topic, partition, key, headers, value)
SELECT m.topic, (m.hash % t.partitions)::int, m.key, m.headers::jsonb, m.value
  FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::bytea[])
       WITH ORDINALITY AS m (topic, hash, key, headers, value, place)
  LEFT JOIN bus.topics t ON t.name = m.topic
 ORDER BY m.place`;

/** $1 topics, $2 partitions, $3 positions reached, $4 the settled position, $5 messages and $6 bytes at most in one partition. */
export const fetchMessages = `
SELECT m.position::text, m.topic, m.partition, m.key, m.headers, m.value
  FROM unnest($1::text[], $2::int[], $3::bigint[]) AS p (topic, partition, reached)
 CROSS JOIN LATERAL (
   SELECT l.*, sum(l.size) OVER (ORDER BY l.position) - l.size AS before
     FROM (SELECT *, coalesce(octet_length(value), 0) AS size FROM bus.messages
            WHERE topic = p.topic AND partition = p.partition AND position > p.reached AND position <= $4
            ORDER BY position LIMIT $5) l
 ) m
 WHERE m.before < $6
 ORDER BY m.position`;

/** $1 group, $2 topics */
export const countLag = `
SELECT n.topic, coalesce(sum(l.messages), 0)::int AS messages
  FROM unnest($2::text[]) WITH ORDINALITY AS n (topic, place)
  LEFT JOIN bus.topics t ON t.name = n.topic
  LEFT JOIN LATERAL generate_series(0, t.partitions - 1) AS p (partition) ON true
  LEFT JOIN bus.consumers c ON c.group_name = $1 AND c.topic = n.topic AND c.partition = p.partition
  LEFT JOIN LATERAL (
    SELECT count(*) AS messages FROM bus.messages m
     WHERE m.topic = n.topic AND m.partition = p.partition AND m.position > coalesce(c.position, 0)
  ) l ON true
 GROUP BY n.topic, n.place
 ORDER BY n.place`;
