import { Ajv } from 'ajv';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as decorators from '../../../libs/contracts/src/fields.js';
import { currencyCodes } from '../../../libs/kernel/src/index.js';
import { kindOf } from './field-kinds.js';
import { probesOf } from './probe-values.js';

/** As tools for AsyncAPI read it: JSON Schema 7, without formats, which nobody has to check; some read patterns as Unicode, and some do not. */
const READERS = [true, false].map((unicodeRegExp) => new Ajv({ unicodeRegExp, validateFormats: false }));

const oneOf = (characters: string) => fc.constantFrom(...characters.split(''));
const hex = oneOf('0123456789abcdefABCDEFg');
const idLike = fc
  .array(hex, { minLength: 32, maxLength: 32 })
  .map((digits) => digits.join('').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));
const text = fc.string({ unit: 'binary', maxLength: 220 });
/** Values near those that each kind takes. */
const NEAR: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  IsId: fc.oneof(
    fc.uuid(),
    fc.uuid().map((id) => id.toUpperCase()),
    idLike,
    text,
  ),
  IsLine: fc.oneof(
    text,
    fc.string({ unit: 'grapheme', minLength: 190, maxLength: 210 }),
    fc.string({ unit: fc.constantFrom('\ud800', 'x', '\u{1f600}') }),
  ),
  IsReference: fc.oneof(text, fc.string({ unit: oneOf('aZ09._:-/ '), maxLength: 102 })),
  IsMoney: fc.record(
    {
      amountMinor: fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.double({ noNaN: true }), fc.string()),
      currency: fc.oneof(fc.constantFrom(...currencyCodes), fc.string({ unit: oneOf('ABEURx'), maxLength: 4 })),
      more: fc.anything(),
    },
    { requiredKeys: [] },
  ),
};

/** A kind of your own without a schema is described by its type alone. */
const described = Object.entries(decorators).filter(([name]) => kindOf([`${name}()`], 'unknown').name !== undefined);

it('the kinds that come with the starter have a schema', () => {
  expect(described.map(([name]) => name)).toEqual(expect.arrayContaining(['IsId', 'IsLine', 'IsMoney', 'IsReference']));
});

describe.each(described)('@%s', (name, decorator) => {
  const { schema, sample, alsoAsked = [] } = kindOf([`${name}()`], 'unknown');
  class Message {
    readonly it: unknown;
  }
  decorator()(Message.prototype, 'it');
  const takes = (value: unknown) => validateSync(plainToInstance(Message, { it: value })).length === 0;
  const readers = READERS.map((ajv) => ajv.compile(schema));
  const fits = (value: unknown): boolean | string => {
    const [first, ...others] = readers.map((reader) => reader(value));
    return others.every((other) => other === first) ? first! : 'by some';
  };

  it('takes its sample', () => {
    expect(takes(sample)).toBe(true);
  });

  it('takes at its limits what its schema takes, and nothing else', () => {
    for (const value of [...probesOf(sample, schema, takes), ...alsoAsked])
      expect({ value, taken: fits(value) }).toEqual({ value, taken: takes(value) });
  });

  it('takes of all values what its schema takes, and nothing else', () => {
    const some = fc.oneof({ weight: 9, arbitrary: NEAR[name] ?? fc.string() }, fc.jsonValue());
    fc.assert(
      fc.property(some, (given) => {
        const value = JSON.parse(JSON.stringify({ given })).given as unknown; // as it comes over the wire
        expect({ value, taken: fits(value) }).toEqual({ value, taken: takes(value) });
      }),
      { numRuns: 2_000 },
    );
  });
});
