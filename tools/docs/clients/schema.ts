// A JSON schema of an OpenAPI document as a TypeScript type. It knows the keywords that our documents use, and refuses others: a wrong type is worse than none.

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly description?: string;
  readonly deprecated?: boolean;
}

const TYPING = ['$ref', 'type', 'enum', 'const', 'properties', 'required', 'additionalProperties', 'items'];
const COMBINING = ['allOf', 'oneOf', 'anyOf'];
/** They say more than a type can, and nothing against it. */
const BESIDES =
  'description title example examples default deprecated format pattern minLength maxLength minimum maximum exclusiveMinimum ' +
  'exclusiveMaximum multipleOf minItems maxItems uniqueItems minProperties maxProperties readOnly writeOnly discriminator';
const KNOWN = new Set([...TYPING, ...COMBINING, ...BESIDES.split(' ')]);

const PRIMITIVES: Readonly<Record<string, string>> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
};

/** @throws Error naming what it does not know. */
export function typeOf(schema: Schema): string {
  const unknown = Object.keys(schema).find((keyword) => !KNOWN.has(keyword) && !keyword.startsWith('x-'));
  if (unknown !== undefined) throw new Error(`the keyword ${unknown} of a schema`);
  const parts = [own(schema), ...(schema.allOf ?? []).map(typeOf), union(schema.oneOf), union(schema.anyOf)];
  const said = parts.filter((part) => part !== undefined);
  return said.length === 0 ? 'unknown' : said.map((part) => (said.length > 1 ? `(${part})` : part)).join(' & ');
}

/** The names it refers to, each once. */
export function namesIn(schema: unknown): string[] {
  const refs = JSON.stringify(schema ?? null).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g);
  return [...new Set([...refs].map(([, name]) => name!))];
}

/** One line, or several, as a comment; nothing for nothing. */
export function doc(...sentences: readonly (string | undefined)[]): string {
  const lines = sentences.flatMap((sentence) => sentence?.split(/\n+/) ?? []).filter((line) => line.trim() !== '');
  const safe = lines.map((line) => line.trim().replaceAll('*/', '*\\/'));
  if (safe.length < 2) return safe.length === 0 ? '' : `/** ${safe[0]} */\n`;
  return `/**\n${safe.map((line) => ` * ${line}\n`).join('')} */\n`;
}

function own(schema: Schema): string | undefined {
  if (schema.$ref !== undefined) return namesIn(schema)[0];
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.type === undefined) return schema.properties ? objectOf(schema) : undefined;
  return [schema.type]
    .flat()
    .map((type) => ofType(type, schema))
    .join(' | ');
}

function ofType(type: string, schema: Schema): string {
  if (type === 'array') return `readonly (${typeOf(schema.items ?? {})})[]`;
  if (type === 'object') return objectOf(schema);
  const primitive = PRIMITIVES[type];
  if (primitive === undefined) throw new Error(`the type ${type} of a schema`);
  return primitive;
}

function objectOf({ properties = {}, required = [], additionalProperties }: Schema): string {
  const fields = Object.entries(properties).map(([name, schema]) => {
    const optional = required.includes(name) ? '' : '?';
    const comment = doc(schema.description, schema.deprecated === true ? '@deprecated' : undefined);
    return `${comment}readonly ${JSON.stringify(name)}${optional}: ${typeOf(schema)};`;
  });
  const more = typeof additionalProperties === 'object' ? typeOf(additionalProperties) : 'unknown';
  const isOpen = additionalProperties === true || typeof additionalProperties === 'object' || fields.length === 0;
  // Beside fields of other types an index of one type would contradict them.
  if (isOpen && additionalProperties !== false)
    fields.push(`readonly [name: string]: ${Object.keys(properties).length === 0 ? more : 'unknown'};`);
  return fields.length === 0 ? 'Record<string, never>' : `{\n${fields.join('\n')}\n}`;
}

function union(schemas: readonly Schema[] | undefined): string | undefined {
  return schemas?.map((schema) => `(${typeOf(schema)})`).join(' | ');
}
