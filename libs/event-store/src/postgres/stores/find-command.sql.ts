// What became of a command before.

/** $1 id, $2 stream, $3 step, $4 content hash: this decision, and one of the same id with another content if there is any (that one first). */
export const findCommand = {
  name: 'event_store.find_command',
  text: `
SELECT content_hash <> $4 AS reused, outcome, first_version, version, position, rejection
FROM event_store.commands
WHERE id = $1 AND (content_hash <> $4 OR (stream = $2 AND step = $3))
ORDER BY reused DESC LIMIT 1`,
};
