// The append of one event, alone: the same as append.sql.ts, without the work of taking a batch apart.

const PARAMETERS = '$1::uuid, $2::text, $3::int, $4::int, $5::text, $6::int, $7::jsonb, $8::jsonb';

/**
 * {@link PARAMETERS}: id, stream, the least and the greatest version the stream may be at, type, schema version, data, metadata. One row when
 * it was stored. The version read is the one the row is made of, so nothing can come between the two but a race, which the unique key decides.
 */
export const appendOne = {
  name: 'event_store.append_one',
  text: statement(''),
};

/** As {@link appendOne}; $9 command id, $10 step, $11 command type, $12 content hash. */
export const appendOneOfCommand = {
  name: 'event_store.append_one_of_command',
  text: `
WITH stored AS (${statement(`
    AND (SELECT c.id FROM event_store.commands c WHERE c.id = $9::uuid
           AND (c.content_hash <> $12::text OR (c.stream = $2 AND c.step = $10::int)) LIMIT 1) IS NULL`)}
), recorded AS (
  INSERT INTO event_store.commands (id, stream, step, type, content_hash, outcome, first_version, version, position)
  SELECT $9::uuid, $2, $10::int, $11::text, $12::text, 'accepted', first_version, version, position FROM stored
)
SELECT * FROM stored`,
};

function statement(admittedToo: string): string {
  return `
  INSERT INTO event_store.events (id, stream, version, type, schema_version, data, metadata)
  SELECT asked.id, asked.stream, base.version + 1, asked.type, asked.schema_version, asked.data, asked.metadata
  FROM (VALUES (${PARAMETERS})) AS asked(id, stream, at_least, at_most, type, schema_version, data, metadata)
  CROSS JOIN LATERAL (SELECT coalesce((
    SELECT e.version FROM event_store.events e WHERE e.stream = asked.stream ORDER BY e.version DESC LIMIT 1), 0) AS version
  ) AS base
  WHERE base.version BETWEEN asked.at_least AND asked.at_most${admittedToo}
  ON CONFLICT DO NOTHING
  RETURNING stream, id AS first_id, version AS first_version, version, position`;
}
