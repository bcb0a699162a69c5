// The append of one event, alone: the same as append.sql.ts, without the work of taking a batch apart.

export interface NamedStatement {
  readonly name: string;
  readonly text: string;
}

/** How a lost race ends. */
export type OnRace =
  /** By unique_violation: a twentieth faster than ON CONFLICT, and what the server then undoes is this statement alone. */
  | 'error'
  /** Without a row: an error would end the transaction around it. */
  | 'no row';

/**
 * $1 id, $2 stream, $3 and $4 the least and the greatest version the stream may be at, $5 type, $6 schema version, $7 data, $8 metadata. One row
 * when it was stored. The version read is the one the row is made of (OFFSET keeps it from being read twice), so nothing can come between
 * the two but a race, which the unique key decides.
 */
export const appendOne: Readonly<Record<OnRace, NamedStatement>> = {
  error: { name: 'event_store.append_one', text: insertion('error', '') },
  'no row': { name: 'event_store.append_one_joined', text: insertion('no row', '') },
};

/** As {@link appendOne}; $9 command id, $10 step, $11 command type, $12 content hash. */
export const appendOneOfCommand: Readonly<Record<OnRace, NamedStatement>> = {
  error: { name: 'event_store.append_one_of_command', text: ofCommand('error') },
  'no row': { name: 'event_store.append_one_of_command_joined', text: ofCommand('no row') },
};

function ofCommand(onRace: OnRace): string {
  const known = `
    AND (SELECT c.id FROM event_store.commands c WHERE c.id = $9::uuid
           AND (c.content_hash <> $12::text OR (c.stream = $2 AND c.step = $10::int)) LIMIT 1) IS NULL`;
  return `
WITH stored AS (${insertion(onRace, known)}
), recorded AS (
  INSERT INTO event_store.commands (id, stream, step, type, content_hash, outcome, first_version, version, position)
  SELECT $9::uuid, $2, $10::int, $11::text, $12::text, 'accepted', version, version, position FROM stored
)
SELECT version, position FROM stored`;
}

function insertion(onRace: OnRace, admittedToo: string): string {
  return `
  INSERT INTO event_store.events (id, stream, version, type, schema_version, data, metadata)
  SELECT $1::uuid, $2::text, base.version + 1, $5::text, $6::int, $7::jsonb, $8::jsonb
  FROM (SELECT coalesce((
    SELECT e.version FROM event_store.events e WHERE e.stream = $2 ORDER BY e.version DESC LIMIT 1), 0) AS version OFFSET 0
  ) AS base
  WHERE base.version BETWEEN $3::int AND $4::int${admittedToo}
  ${onRace === 'no row' ? 'ON CONFLICT DO NOTHING' : ''}
  RETURNING version, position`;
}
