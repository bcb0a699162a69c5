// The hashes of the rows to be sealed, made where the rows are: four times as fast as carrying them to the replica.
// A verification trusts no function of the server and hashes what `sealedRows` selects, by seal/canonical-row.ts. Both are the same form.

const text = (column: string) => `convert_to(${column}, 'UTF8')`;
const field = (column: string) =>
  `coalesce(int4send(octet_length(${text(column)})) || ${text(column)}, '\\xffffffff'::bytea)`;

const columns = [
  'position::text',
  'id::text',
  'stream',
  'version::text',
  'type',
  'schema_version::text',
  'data::text',
  'metadata::text',
  'extract(epoch FROM occurred_at)::text',
];

/** Of the rows after `$1` up to `$2`: for each its position in 8 bytes and its hash in 32, one after the other; NULL where there is no row. */
export const rowHashes = `
SELECT string_agg(int8send(position) || sha256('\\x01'::bytea || ${columns.map(field).join(' || ')}), ''::bytea ORDER BY position) AS hashes
  FROM event_store.events WHERE position > $1 AND position <= $2`;
