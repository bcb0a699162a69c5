// The routes of an OpenAPI document as one interface: by method, then by path.
import { METHODS } from '../../../libs/clients/src/api.js';
import { doc, namesIn, typeOf, type Schema } from './schema.js';

export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: {
    readonly schemas?: Readonly<Record<string, Schema>>;
    readonly parameters?: Readonly<Record<string, Parameter>>;
  };
}

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly deprecated?: boolean;
  readonly parameters?: readonly (Parameter | Reference)[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, Response>>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: Schema;
}

interface Reference {
  readonly $ref: string;
}

interface Response {
  readonly content?: Content;
  readonly headers?: Readonly<Record<string, unknown>>;
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

const JSON_TYPE = 'application/json';
const PLACES = { path: 'path', query: 'query', header: 'headers' } as const;

export interface Routes {
  /** The members of the interface. */
  readonly text: string;
  /** Schemas they name. */
  readonly names: readonly string[];
}

/** What could stand elsewhere, and does not in our documents: without it a client would be wrong. */
function refuseElsewhere(document: Document): void {
  for (const item of Object.values(document.paths)) {
    if ('parameters' in item || '$ref' in item) throw new Error('what all methods of a path have in common');
    const responses = Object.values(item).flatMap((operation) => Object.values(operation.responses ?? {}));
    if (responses.some((response) => '$ref' in response)) throw new Error('a $ref to a response');
  }
}

/** A route that takes or gives something else than JSON is left out: the client could not read it. */
export function routesOf(document: Document): Routes {
  refuseElsewhere(document);
  const names: string[] = [];
  const methods = METHODS.map((method) => {
    const routes = Object.entries(document.paths).flatMap(([path, operations]) => {
      const operation = operations[method.toLowerCase()];
      if (!operation || !isJson(operation)) return [];
      const { text, schemas } = routeText(document, operation);
      names.push(...namesIn(schemas));
      return `${comment(operation)}${JSON.stringify(path)}: {\n${text}\n};`;
    });
    return routes.length === 0 ? '' : `readonly ${method}: {\n${routes.join('\n')}\n};`;
  });
  return { text: methods.filter((text) => text !== '').join('\n'), names };
}

function isJson({ requestBody, responses }: Operation): boolean {
  const contents = [requestBody?.content, ...successes(responses).map(([, { content }]) => content)];
  return contents.every((content) => !content || Object.keys(content).every((media) => media === JSON_TYPE));
}

function comment({ summary, description, deprecated }: Operation): string {
  return doc(
    summary?.replace(/([^.!?])$/, '$1.'),
    description,
    deprecated === true ? '@deprecated There is a newer version.' : undefined,
  );
}

function routeText(document: Document, operation: Operation) {
  const { requestBody, responses } = operation;
  refuseRanges(responses);
  const parameters = (operation.parameters ?? []).map((one) => resolved(document, one));
  const elsewhere = parameters.find(({ in: place }) => !(place in PLACES));
  if (elsewhere) throw new Error(`the parameter ${elsewhere.name} in ${elsewhere.in}`);
  const groups = Object.entries(PLACES).map(
    ([place, name]) => [name, parameters.filter((one) => one.in === place)] as const,
  );
  const answers = successes(responses).map(([status, { content }]) => [status, content?.[JSON_TYPE]?.schema] as const);
  const body = requestBody?.content[JSON_TYPE]?.schema;
  const lines = [
    ...groups.map(([name, group]) => groupText(name, group)),
    body ? `readonly body${requestBody?.required === true ? '' : '?'}: ${typeOf(body)};` : '',
    `readonly answers: { ${answers.map(([status, schema]) => `readonly ${status}: ${schema ? typeOf(schema) : 'undefined'}`).join('; ')} };`,
    `readonly problems: ${union(problems(responses))};`,
    `readonly answerHeaders: ${union(headerNames(responses).map((name) => JSON.stringify(name)))};`,
  ];
  const schemas = [parameters, body, answers];
  return { text: lines.filter((line) => line !== '').join('\n'), schemas };
}

function groupText(name: string, group: readonly Parameter[]): string {
  if (group.length === 0) return '';
  const fields = group.map(({ name: field, in: place, required, schema = {}, description }) => {
    const optional = required === true || place === 'path' ? '' : '?';
    return `${doc(inShort(description))}readonly ${JSON.stringify(field)}${optional}: ${typeOf(schema)};`;
  });
  const isOptional = group.every(({ in: place, required }) => place !== 'path' && required !== true);
  return `readonly ${name}${isOptional ? '?' : ''}: {\n${fields.join('\n')}\n};`;
}

/** The first sentence: the rest, the same on every route, is in docs/reference/http.md. */
function inShort(description = ''): string {
  return /^.*?[.!?](?=\s|$)/.exec(description)?.[0] ?? description;
}

function resolved(document: Document, one: Parameter | Reference): Parameter {
  if (!('$ref' in one)) return one;
  const found = document.components?.parameters?.[one.$ref.split('/').at(-1)!];
  if (!found) throw new Error(`the parameter ${one.$ref}`);
  return found;
}

/** @throws Error naming what the client would pass over without a word. */
function refuseRanges(responses: Operation['responses']): void {
  const range = Object.keys(responses).find((status) => !/^[1-5]\d\d$/.test(status));
  if (range !== undefined) throw new Error(`an answer for ${range} instead of a status`);
}

function successes(responses: Operation['responses']): [string, Response][] {
  return Object.entries(responses).filter(([status]) => /^2\d\d$/.test(status));
}

function problems(responses: Operation['responses']): string[] {
  const statuses = Object.entries(responses).filter(([, { content = {} }]) => 'application/problem+json' in content);
  return statuses.flatMap(([status]) => (/^[45]\d\d$/.test(status) ? [status] : []));
}

function headerNames(responses: Operation['responses']): string[] {
  return [...new Set(Object.values(responses).flatMap(({ headers = {} }) => Object.keys(headers)))];
}

function union(types: readonly string[]): string {
  return types.length === 0 ? 'never' : types.join(' | ');
}
