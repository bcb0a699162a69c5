// Records a decision without events, unless the command is known.

/** $1 id, $2 stream, $3 step, $4 type, $5 content hash, $6 outcome, $7 version, $8 rejection. One row when it was recorded. */
export const recordCommand = {
  name: 'event_store.record_command',
  text: `
INSERT INTO event_store.commands (id, stream, step, type, content_hash, outcome, version, rejection)
SELECT $1::uuid, $2, $3, $4, $5, $6, $7, $8::jsonb
WHERE NOT EXISTS (SELECT FROM event_store.commands WHERE id = $1::uuid AND content_hash <> $5)
ON CONFLICT DO NOTHING
RETURNING id`,
};
