// Whether two values say the same, as a short text: of a command that comes again, of a snapshot's fields.
import { hash } from 'node:crypto';

/** Short stable hash of any JSON value; object keys in any order give the same hash. */
export function contentHash(value: unknown): string {
  return hash('sha256', canonical(value));
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner) && !isSorted(Object.keys(inner))
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  );
}

function isSorted(keys: readonly string[]): boolean {
  for (let at = 1; at < keys.length; at += 1) if (keys[at - 1]! > keys[at]!) return false;
  return true;
}
