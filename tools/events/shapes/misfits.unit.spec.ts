import { describe, expect, it } from 'vitest';
import { misfits } from './misfits.js';

describe('what was stored, read as a class says today,', () => {
  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['the same', { a: 'string', b: '({ x: number })[]' }, { b: '({ x: number })[]', a: 'string' }],
    ['a new field that may be missing', { a: 'string' }, { a: 'string', 'note?': 'string' }],
    ['a field that may be missing now', { a: 'string' }, { 'a?': 'string' }],
    ['one more value', { by: '"me" | "you"' }, { by: '"it" | "me" | "you"' }],
    ['any text instead of some', { by: '"me" | "you"' }, { by: 'string' }],
    ['any number, and either truth', { n: '1 | 2', t: 'true' }, { n: 'number', t: 'boolean' }],
    ['nothing as well', { a: 'string' }, { a: 'null | string' }],
    ['anything', { a: '{ x: number }' }, { a: 'unknown' }],
    ['a new field deep inside', { a: '({ x: number })[]' }, { a: '({ x: number; y?: string })[]' }],
    ['one more kind of object', { a: '{ x: number }' }, { a: '{ x: number } | { y: number }' }],
    ['wider values by key', { a: 'Record<string, 1>' }, { a: 'Record<string, number>' }],
  ])('fits: %s', (_what, stored, present) => {
    expect(misfits(stored, present)).toEqual([]);
  });

  it.each<[string, Record<string, string>, Record<string, string>, string[]]>([
    ['removed', { a: 'string', 'b?': 'string' }, { a: 'string' }, ['b is gone']],
    ['renamed', { a: 'string' }, { b: 'string' }, ['a is gone', 'b is new, and must be there']],
    ['of another type', { a: 'string' }, { a: 'number' }, ['a is number now, and string is stored']],
    ['not to be missing any more', { 'a?': 'string' }, { a: 'string' }, ['a may be missing, and must be there now']],
    ['without a value', { by: '"me" | "you"' }, { by: '"me"' }, ['by is "me" now, and "you" is stored']],
    ['some text instead of any', { by: 'string' }, { by: '"me"' }, ['by is "me" now, and string is stored']],
    ['never null', { a: 'null | string' }, { a: 'string' }, ['a is string now, and null is stored']],
    ['one instead of many', { a: '(string)[]' }, { a: 'string' }, ['a is string now, and (string)[] is stored']],
    ['removed deep inside', { a: '({ x: { y: 1; z: 2 } })[]' }, { a: '({ x: { y: 1 } })[]' }, ['a[].x.z is gone']],
    [
      'of another type by key',
      { a: 'Record<string, string>' },
      { a: 'Record<string, number>' },
      ['a[…] is number now, and string is stored'],
    ],
    ['in quotes', { '"a-b"': 'string' }, {}, ['a-b is gone']],
    [
      'a kind of object less',
      { a: '{ x: 1 } | { y: 1 }' },
      { a: '{ x: 1 }' },
      ['a is { x: 1 } now, and { y: 1 } is stored'],
    ],
  ])('does not fit where a field is %s', (_what, stored, present, expected) => {
    expect(misfits(stored, present)).toEqual(expected);
  });
});
