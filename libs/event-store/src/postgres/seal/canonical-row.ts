// The one form of bytes a row of the log is hashed in. It never changes: a new form would get another first byte and be verified beside it.
import { createHash } from 'node:crypto';

/** Position, id, stream, version, type, schema version, data, metadata, time: as `sealedRows` selects them. */
export type CanonicalRow = readonly (string | null)[];

/** Names the form. */
const FORM = 1;
/** In place of a length: the column is NULL, which the table forbids and a superuser can do. */
const NULL_LENGTH = 0xffff_ffff;

/**
 * One byte for the form, then each column as the length of its UTF-8 bytes (4 bytes, big-endian) and these bytes. With the lengths no two
 * rows have the same bytes, whatever their texts contain.
 */
export function canonicalBytes(row: CanonicalRow): Buffer {
  let size = 1;
  for (const text of row) size += 4 + (text === null ? 0 : Buffer.byteLength(text));
  const bytes = Buffer.allocUnsafe(size);
  let at = bytes.writeUInt8(FORM, 0);
  for (const text of row) {
    if (text === null) {
      at = bytes.writeUInt32BE(NULL_LENGTH, at);
      continue;
    }
    const length = bytes.write(text, at + 4);
    bytes.writeUInt32BE(length, at);
    at += 4 + length;
  }
  return bytes;
}

/** SHA-256, 32 bytes. */
export function rowHash(row: CanonicalRow): Buffer {
  return createHash('sha256').update(canonicalBytes(row)).digest();
}

export function positionOf(row: CanonicalRow): bigint {
  return BigInt(row[0]!);
}
