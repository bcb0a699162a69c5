// The rows of the log as they are sealed and verified: every column as text that depends on the stored value alone.

/**
 * Ascending from `$1` (inclusive) to `$2`, at most `$3`.
 *
 * - `data` and `metadata` as PostgreSQL prints jsonb: keys in one order, numbers with the digits that are stored, whatever the version or
 *   the settings of the session. Parsed and printed again by JavaScript, two numbers beyond 2^53 could look the same.
 * - `occurred_at` as seconds since 1970: a timestamp as text would depend on the time zone of the session.
 */
export const sealedRows = `
SELECT position::text, id::text, stream, version::text, type, schema_version::text, data::text, metadata::text,
       extract(epoch FROM occurred_at)::text
  FROM event_store.events WHERE position >= $1 AND position <= $2 ORDER BY events.position LIMIT $3`;
