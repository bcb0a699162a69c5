// What the checks of a field say about its values: a JSON schema for the AsyncAPI document, and a value for the sample of a message.

export interface FieldKind {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly sample: unknown;
}

/** By the decorators of libs/contracts/src/fields.ts; any other field is described by its type alone. */
const KINDS: Readonly<Record<string, FieldKind>> = {
  IsId: { schema: { type: 'string', format: 'uuid' }, sample: '0198c0de-7a11-7000-8000-000000000001' },
  IsLine: { schema: { type: 'string', minLength: 1, maxLength: 200 }, sample: 'A line of text.' },
  IsReference: { schema: { type: 'string', pattern: '^[A-Za-z0-9._:-]{1,100}$' }, sample: 'ref-1' },
  IsMoney: {
    schema: {
      type: 'object',
      additionalProperties: false,
      required: ['amountMinor', 'currency'],
      properties: {
        amountMinor: { type: 'integer', minimum: 0, description: 'In minor units, e.g. cents.' },
        currency: { type: 'string', pattern: '^[A-Z]{3}$', description: 'ISO 4217.' },
      },
    },
    sample: { amountMinor: 1250, currency: 'EUR' },
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
