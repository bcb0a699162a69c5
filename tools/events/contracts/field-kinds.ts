// What the checks of a field say about its values: a JSON schema for the AsyncAPI document, and a value for the sample of a message.
import { currencyCodes } from '../../../libs/kernel/src/index.js';

export interface FieldKind {
  /** Of the schema, where others may refer to it. */
  readonly name?: string;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly sample: unknown;
  /** Values near its limits that nobody finds by changing the sample. */
  readonly alsoAsked?: readonly unknown[];
}

const ID = '0198c0de-7a11-7000-8000-000000000001';
/** The sample with each of the digits in a place. */
const idsWith = (place: number, digits: string): string[] =>
  digits.split('').map((digit) => ID.slice(0, place) + digit + ID.slice(place + 1));

/** By the decorators of libs/contracts/src/fields.ts; any other field is described by its type alone. */
const KINDS: Readonly<Record<string, FieldKind>> = {
  IsId: {
    name: 'Id',
    schema: {
      type: 'string',
      // Not `format: uuid`: that takes upper case, the nil UUID and versions nobody has defined, and many tools do not look at formats.
      pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
      maxLength: 36, // in some languages $ also matches before a line break at the end
      description: 'A UUID in lower case.',
    },
    sample: ID,
    alsoAsked: [
      ...idsWith(14, '012345689abcdef'), // its version, at 7 in the sample
      ...idsWith(19, '012345679abcdef'), // its variant, 8 in the sample
      ...idsWith(0, '9afgF'),
      '00000000-0000-0000-0000-000000000000',
      'ffffffff-ffff-ffff-ffff-ffffffffffff',
      ID.replaceAll('-', ''),
      `{${ID}}`,
      `urn:uuid:${ID}`,
    ],
  },
  IsLine: {
    name: 'Line',
    schema: {
      type: 'string',
      minLength: 1,
      maxLength: 200,
      // The same with and without the `u` flag of patterns, and where \p{…} is not known: no control characters, no half of a pair.
      pattern: '^(?:[^\\u0000-\\u001f\\u007f-\\u009f\\ud800-\\udfff]|[\\ud800-\\udbff][\\udc00-\\udfff])+$',
      description: 'One line: no control characters.',
    },
    sample: 'A line of text.',
    alsoAsked: ['\u{1f600}'.repeat(100), '\u{1f600}'.repeat(200), '\u{1f600}'.repeat(201)],
  },
  IsReference: {
    name: 'Reference',
    schema: { type: 'string', pattern: '^[A-Za-z0-9._:-]{1,100}$', maxLength: 100 },
    sample: 'ref-1',
  },
  IsMoney: {
    name: 'Money',
    schema: {
      type: 'object',
      additionalProperties: false,
      required: ['amountMinor', 'currency'],
      properties: {
        amountMinor: {
          type: 'integer',
          minimum: 0,
          maximum: Number.MAX_SAFE_INTEGER,
          description: 'In minor units, e.g. cents.',
        },
        currency: { enum: currencyCodes, description: 'ISO 4217.' },
      },
    },
    sample: { amountMinor: 1250, currency: 'EUR' },
    alsoAsked: ['AAA', 'XTS', 'XXX', 'eur', 'EURO', 'DEM', '\u20ac', 'EUR\n'].map((currency) => ({
      amountMinor: 1250,
      currency,
    })),
  },
};

/** `checks` as they are written, `IsId()`; `type` written out. Undefined sample: nobody but a person knows one. */
export function kindOf(checks: readonly string[], type: string): FieldKind {
  const named = checks.map((check) => KINDS[check.split('(')[0]!]).find((kind) => kind !== undefined);
  return named ?? kindOfType(type);
}

function kindOfType(type: string): FieldKind {
  const literals = type.split(' | ').map(literalOf);
  if (literals.every((value) => value !== undefined)) return { schema: { enum: literals }, sample: literals[0] };
  if (type === 'string') return { schema: { type }, sample: 'text' };
  if (type === 'number') return { schema: { type }, sample: 1 };
  if (type === 'boolean') return { schema: { type }, sample: true };
  if (type.endsWith('[]')) return { schema: { type: 'array' }, sample: [] };
  return { schema: type.startsWith('{') ? { type: 'object' } : {}, sample: undefined };
}

function literalOf(text: string): unknown {
  return /^("[^"]*"|-?\d+(\.\d+)?|true|false|null)$/.test(text) ? (JSON.parse(text) as unknown) : undefined;
}
