// Requests for every input field that an OpenAPI document names: each carries a value of ours in that one field, and examples in the others.

export interface Probe {
  /** `POST /orders body lines.0.sku` */
  readonly what: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly example?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
}

interface Operation {
  readonly parameters?: readonly { readonly $ref?: string; readonly in: string; readonly name: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** `idFor` gives something that the route can be asked about. */
export function everyInput(document: ApiDocument, value: string, idFor: (route: string) => string): Probe[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { parameters = [], requestBody }]) => {
      const route = `${method.toUpperCase()} ${path}`;
      const schema = requestBody?.content['application/json']?.schema;
      const good = schema && example(document, schema);
      const probe = (field: string, change: Partial<Probe> & { id?: string; query?: string } = {}): Probe => {
        const { id = path.includes('{') ? idFor(route) : '', query = '', ...others } = change;
        const address = path.replace(/\{\w+\}/, id) + query;
        return {
          what: `${route} ${field}`,
          method: method.toUpperCase(),
          path: address,
          headers: {},
          body: good,
          ...others,
        };
      };
      const named = parameters.flatMap(({ in: place, name }) => {
        if (place === 'query') return [probe(`query ${name}`, { query: `?${name}=${value}` })];
        if (place === 'header') return [probe(`header ${name}`, { headers: { [name]: value } })];
        return place === 'path' ? [probe(`path ${name}`, { id: value })] : [];
      });
      const unnamed = [
        probe('query nobody knows', { query: `?${value}=${value}` }),
        ...['authorization', 'cookie', 'user-agent', 'tracestate', 'x-forwarded-for', 'x-api-key'].map((name) =>
          probe(`header ${name}`, { headers: { [name]: name === 'authorization' ? `Bearer ${value}` : value } }),
        ),
      ];
      const inside = schema
        ? fieldsOf(document, schema).map((field) => probe(`body ${field}`, { body: withValue(good, field, value) }))
        : [];
      const around = schema
        ? [
            probe('body nobody knows', { body: { ...(good as object), [value]: value } }),
            probe('body userPassword, which nobody knows', { body: { ...(good as object), userPassword: value } }),
            probe('body that is no JSON', { body: `{"${value}":` }),
          ]
        : [];
      return [...named, ...unnamed, ...inside, ...around];
    }),
  );
}

function resolve({ components }: ApiDocument, schema: Schema): Schema {
  return schema.$ref ? components.schemas[schema.$ref.split('/').at(-1)!]! : schema;
}

function example(document: ApiDocument, given: Schema): unknown {
  const schema = resolve(document, given);
  if (schema.example !== undefined) return schema.example;
  if (schema.enum) return schema.enum[0];
  if (schema.items) return [example(document, schema.items)];
  const fields = Object.entries(schema.properties ?? {});
  return Object.fromEntries(fields.map(([name, property]) => [name, example(document, property)]));
}

/** Paths to what holds no further fields: `lines.0.sku`. */
function fieldsOf(document: ApiDocument, given: Schema): string[] {
  const { items, properties } = resolve(document, given);
  if (items) return fieldsOf(document, items).map((field) => (field ? `0.${field}` : '0'));
  if (!properties) return [''];
  return Object.entries(properties).flatMap(([name, property]) =>
    fieldsOf(document, property).map((field) => (field ? `${name}.${field}` : name)),
  );
}

function withValue(body: unknown, field: string, value: string): unknown {
  const changed = structuredClone(body) as Record<string, unknown>;
  const steps = field.split('.');
  const last = steps.pop()!;
  const holder = steps.reduce((at, step) => at[step] as Record<string, unknown>, changed);
  holder[last] = value;
  return changed;
}
