// Differences as somebody who looks for a fault reads them.
import { describe, expect, it } from 'vitest';
import { stateChanges } from './state-changes.js';

describe('changes of a state', () => {
  it.each<[string, unknown, unknown, ReturnType<typeof stateChanges>]>([
    ['none', { a: 1, b: { c: [1, { d: null }] } }, { b: { c: [1, { d: null }] }, a: 1 }, []],
    [
      'a field',
      { status: 'placed', n: 1 },
      { status: 'confirmed', n: 1 },
      [{ path: 'status', before: 'placed', after: 'confirmed' }],
    ],
    [
      'one that came, one that went',
      { a: 1 },
      { b: 2 },
      [
        { path: 'a', before: 1, after: undefined },
        { path: 'b', before: undefined, after: 2 },
      ],
    ],
    [
      'deep inside',
      { lines: [{ q: 1 }, { q: 2 }] },
      { lines: [{ q: 1 }, { q: 3 }, { q: 4 }] },
      [
        { path: 'lines[1].q', before: 2, after: 3 },
        { path: 'lines[2]', before: undefined, after: { q: 4 } },
      ],
    ],
    ['another kind of value', { a: { b: 1 } }, { a: [1] }, [{ path: 'a', before: { b: 1 }, after: [1] }]],
    ['null is a value', { a: null }, { a: 0 }, [{ path: 'a', before: null, after: 0 }]],
    ['names of Object.prototype', { toString: 'x' }, {}, [{ path: 'toString', before: 'x', after: undefined }]],
    ['the whole', 1, 2, [{ path: '', before: 1, after: 2 }]],
  ])('%s', (_, before, after, changes) => {
    expect(stateChanges(before, after)).toEqual(changes);
  });
});
