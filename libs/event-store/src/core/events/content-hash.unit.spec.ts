import { describe, expect, it } from 'vitest';
import { contentHash } from './content-hash.js';

describe('a content hash', () => {
  it('does not depend on the order of fields, but on everything else', () => {
    expect(contentHash({ a: 1, b: { c: [1, 2], d: 2 } })).toBe(contentHash({ b: { d: 2, c: [1, 2] }, a: 1 }));
    const hashes = [{ a: 1 }, { a: '1' }, { a: [1] }, { a: null }, {}, { b: 1 }, { a: [1, 2] }, { a: [2, 1] }].map(
      contentHash,
    );
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
