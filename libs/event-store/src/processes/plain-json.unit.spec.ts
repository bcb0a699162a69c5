import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonProblem } from './plain-json.js';

class Line {
  constructor(readonly sku: string) {}
}
const circular: { self?: object } = {};
circular.self = circular;

describe('jsonProblem', () => {
  it('finds nothing in what JSON gives back unchanged', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(!/\\u0000|\\ud[89a-f]|__proto__/i.test(JSON.stringify(value)));
        expect(jsonProblem(value)).toBeUndefined();
      }),
    );
  });

  it('accepts nested instances of plain classes, absent fields, and the same object twice', () => {
    const line = new Line('a');
    expect(jsonProblem({ lines: [line, line], note: undefined })).toBeUndefined();
  });

  it.each<[unknown, string]>([
    [{ a: { b: [1, 2n] } }, 'a.b.1 is a bigint'],
    [{ a: Number.NaN }, 'a is NaN'],
    [{ a: Infinity }, 'a is Infinity'],
    [{ a: new Date(0) }, 'a is a Date'],
    [{ a: new Map() }, 'a is a Map'],
    [{ a: Buffer.alloc(1) }, 'a is a Uint8Array'],
    [{ a: () => 1 }, 'a is a function'],
    [{ a: Symbol('x') }, 'a is a symbol'],
    [{ a: [undefined] }, 'a.0 is a undefined'],
    [{ a: { toJSON: () => 1 } }, 'a has a toJSON of its own'],
    [{ a: 'x\0' }, 'a holds a NUL character or half a surrogate pair'],
    [{ a: '\udc00' }, 'a holds a NUL character or half a surrogate pair'],
    [{ 'x\0': 1 }, 'it has a field name that is not allowed'],
    [JSON.parse('{"__proto__": 1}'), 'it has a field name that is not allowed'],
    [circular, 'self contains itself'],
    [undefined, 'it is a undefined'],
    [JSON.parse('['.repeat(5_000) + ']'.repeat(5_000)), 'levels deep'],
  ])('names what is wrong: case %#', (value, problem) => {
    expect(jsonProblem(value)).toContain(problem);
  });
});
