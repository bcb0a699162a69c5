// What a writer believes about a stream before it appends. Each form means exactly what it says; none of them is a hint.

/**
 * - `n` (≥ 0): the stream is at version n; 0 is the same as `'no-stream'`.
 * - `'no-stream'`: the stream has no event yet.
 * - `'stream-exists'`: the stream has at least one event, whichever.
 * - `'any'`: append after whatever is there.
 */
export type ExpectedVersion = number | 'no-stream' | 'stream-exists' | 'any';

/** Whether a stream at `actual` (0: no event) satisfies `expected`. */
export function meets(expected: ExpectedVersion, actual: number): boolean {
  if (expected === 'any') return true;
  if (expected === 'stream-exists') return actual > 0;
  return actual === (expected === 'no-stream' ? 0 : expected);
}

/** A race lost under these is retried by the store itself: the caller did not name a version. */
export function isOpen(expected: ExpectedVersion): boolean {
  return expected === 'any' || expected === 'stream-exists';
}
