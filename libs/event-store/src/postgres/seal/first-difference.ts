// Names the row by which a batch is no longer what was sealed, from the short digests that lie beside the seal.
import { DIGEST_BYTES } from './seal.js';

export interface RowDifference {
  readonly kind: 'changed' | 'missing' | 'inserted';
  readonly position: bigint;
}

/** Both lists in the order of their positions. Undefined when they are the same. */
export function firstDifference(sealed: Buffer, found: Buffer): RowDifference | undefined {
  for (let at = 0; at < Math.max(sealed.length, found.length); at += DIGEST_BYTES) {
    const was = entryAt(sealed, at);
    const is = entryAt(found, at);
    if (was && is && was.equals(is)) continue;
    const before = was?.readBigInt64BE();
    const now = is?.readBigInt64BE();
    if (before !== undefined && before === now) return { kind: 'changed', position: before };
    if (now === undefined || (before !== undefined && before < now)) return { kind: 'missing', position: before! };
    return { kind: 'inserted', position: now };
  }
  return undefined;
}

function entryAt(list: Buffer, at: number): Buffer | undefined {
  return at + DIGEST_BYTES <= list.length ? list.subarray(at, at + DIGEST_BYTES) : undefined;
}
