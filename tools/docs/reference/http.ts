// docs/reference/http.md and openapi/<service>.json: the routes of every service, from the OpenAPI document that it serves itself.
import type { AuditedRoute } from '../../../libs/platform/src/auth/route-audit.js';
import type { Tree } from '../tree.js';
import type { Described } from './load.js';
import { code, generatedPage, prose, table } from './page.js';
import { servicesOf } from './services.js';

const FOLDER = 'docs/reference/openapi';
const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content & { readonly description?: string }>>;
}

/** What every operation has (`$ref`) is said once, in the introduction. */
type Parameter =
  { readonly name: string; readonly in: string; readonly required?: boolean } | { readonly $ref: string };

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly items?: Schema;
}

interface Document {
  readonly paths: Readonly<Record<string, Partial<Record<(typeof METHODS)[number], Operation>>>>;
}

/** Page by path. Documents of services that are gone are removed from the tree. */
export function httpPages(tree: Tree, { services }: Described): Map<string, string> {
  const pages = new Map<string, string>();
  const sections = servicesOf(tree).map(({ name, description }) => {
    const { openapi, routes } = services[name]!;
    pages.set(`${FOLDER}/${name}.json`, `${JSON.stringify(openapi, null, 2)}\n`);
    const text = [`## ${name}`, `${description} OpenAPI: [${name}.json](openapi/${name}.json).`.trim()];
    return [...text, ...operations(openapi as Document).map((one) => operationText(one, routes))].join('\n\n');
  });
  for (const path of tree.files(FOLDER, '.json')) if (!pages.has(path)) tree.remove(path);
  const none = sections.length === 0 ? 'There is no service yet.' : '';
  pages.set('docs/reference/http.md', generatedPage('HTTP', INTRODUCTION, none, ...sections));
  return pages;
}

const INTRODUCTION =
  'A running service shows the same at `/docs`, and the document (OpenAPI 3.1) at `/docs-json`. Bodies are JSON. Errors are `application/problem+json`; their\n' +
  'codes are in [errors.md](errors.md). A token goes into `Authorization: Bearer …`.\n' +
  'An address without a version is version 1; others begin with theirs, `/v2/…` ([how an API changes](../how-to/change-an-api.md)).\n\n' +
  '- `X-Correlation-Id` is taken over from the request, or made, and every answer carries it: events, messages and logs have it too.\n' +
  '- `Idempotency-Key` makes a POST safe to repeat. It belongs to one caller and one route. The first answer is stored with the effect and given\n' +
  '  again for 24 hours (`IDEMPOTENCY_KEY_TTL_MS`); used after that the key belongs to a new request. Given again, also when it was a refusal, it carries `Idempotency-Replayed: true`. A problem with 400, 401, 412, 429 or 5xx is not kept, nor\n' +
  '  a 403 for want of a role (`forbidden`) or by a rule of `@Authorise` (ES-2005): what was asked has not been decided. A 403 that the decision itself comes to is kept like any refusal.\n' +
  '- `ETag` is the version of what was read or changed. Sent as `If-Match` with a change, nothing happens on another version (412).\n' +
  '  It is compared strongly, as RFC 9110 (section 13.1.1) asks: a weak one, `W/"3"`, fits no version (412). Where a proxy that compresses has put `W/` there, leave it out. What is no ETag is a 400, and so is a list of them.\n' +
  '- A list has at most 100 items a page, and says where the next page begins; what changes meanwhile moves nothing twice into it.\n' +
  '- 429 and 503 say in `Retry-After` how many seconds to wait.';

interface Located {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

function operations({ paths }: Document): Located[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    METHODS.flatMap((method) => {
      const operation = methods[method];
      return operation ? [{ method: method.toUpperCase(), path, operation }] : [];
    }),
  );
}

function operationText({ method, path, operation }: Located, routes: readonly AuditedRoute[]): string {
  const { summary = '', description = '', requestBody, responses } = operation;
  const parameters = (operation.parameters ?? []).filter((parameter) => 'name' in parameter);
  const route = routes.find(({ handler }) => handler.replace('.', '_') === operation.operationId);
  const sentences = [summary, description]
    .filter((text) => text !== '')
    .map((text) => text.replace(/([^.!?])$/, '$1.'));
  const facts = [
    `Who: ${whoMay(route)}.`,
    ...(requestBody ? [`Body: ${typeOf(requestBody)}.`] : []),
    ...(parameters.length > 0 ? [`Parameters: ${parameters.map(parameterText).join(', ')}.`] : []),
  ];
  const answers = Object.entries(responses).map(([status, response]) => [
    status,
    status < '400' ? typeOf(response) : 'problem',
    prose(response.description ?? ''),
  ]);
  return [
    `### ${method} ${path}`,
    prose(sentences.join(' ')),
    facts.map((fact) => `- ${fact}`).join('\n'),
    table(['status', 'body', 'when'], answers),
  ].join('\n\n');
}

function whoMay(route: AuditedRoute | undefined): string {
  if (route?.access === undefined) return 'nobody has said';
  return route.access === 'public' ? 'anybody' : route.access.map(code).join(' or ');
}

function parameterText({ name, in: place, required }: { name: string; in: string; required?: boolean }): string {
  return `${code(name)} (${place}${required === true && place !== 'path' ? ', required' : ''})`;
}

function typeOf({ content = {} }: Content): string {
  const [media] = Object.values(content);
  return schemaName(media?.schema);
}

function schemaName(schema: Schema | undefined): string {
  if (!schema) return '';
  if (schema.$ref) return code(schema.$ref.split('/').at(-1)!);
  if (schema.type === 'array') return `list of ${schemaName(schema.items)}`;
  return schema.type ?? '';
}
