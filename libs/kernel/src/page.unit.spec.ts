// Where a page ends, and where the next one begins.
import { describe, expect, it } from 'vitest';
import { pageOf } from './page.js';

const found = [5n, 4n, 3n].map((place) => ({ place }));

describe('a page', () => {
  it('holds no more than it may, and says where the next begins only where there is one', () => {
    expect(pageOf(found, 2)).toEqual({ items: [{ place: 5n }, { place: 4n }], next: 4n });
    expect(pageOf(found, 3)).toEqual({ items: found, next: undefined });
    expect(pageOf([], 3)).toEqual({ items: [], next: undefined });
  });
});
