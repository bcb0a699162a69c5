// What holds for the operations of every service, said once in its OpenAPI document and not on each route: limits, outages, headers, examples.
import type { OpenAPIObject } from '@nestjs/swagger';
import { statusOfKind } from '../http/problem-of.js';
import { codeOfStatus, problemBody } from '../http/problem.js';
import { isExempt } from '../http/throttle.js';
import { problemContent } from './api-problems.js';

export type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Responses = Operation['responses'];
type Response = Exclude<Responses[string], undefined | { $ref: string }>;
type Headers = NonNullable<Response['headers']>;

const SOME_ID = '0198c0de-7a11-7000-8000-000000000001';
const textHeader = (description: string, schema: object = {}) => ({
  description,
  schema: { type: 'string' as const, ...schema },
});

const headers = {
  CorrelationId: textHeader('Of this request and all it leads to, here and in other services.', { example: SOME_ID }),
  IdempotencyKey: textHeader('The one of the request, or the one that was made for it.', { example: SOME_ID }),
  IdempotencyReplayed: textHeader('There when this is the answer to an earlier request with the same key.', {
    enum: ['true'],
  }),
  RetryAfter: { description: 'Whole seconds to wait.', schema: { type: 'integer' as const, minimum: 1, example: 1 } },
};
const header = (name: keyof typeof headers) => ({ $ref: `#/components/headers/${name}` });

const correlationParameter = {
  name: 'X-Correlation-Id',
  in: 'header' as const,
  required: false,
  ...textHeader('Taken over into the answer, events and messages; without one an id is made.', {
    pattern: '^[A-Za-z0-9._:-]{1,128}$',
  }),
};

const problems = {
  400: 'A header or the query is not right.',
  429: 'More requests than are taken of one caller. Wait as many seconds as Retry-After says.',
  503: 'The service cannot answer now: it, or its database, has too much to do or is away. Retry-After says when to ask again.',
};

/** The code that a status has most often; the others are in the error reference. */
const usualCode: Readonly<Record<number, string>> = {
  400: 'validation-failed',
  401: 'token-missing',
  404: 'ES-2001',
  412: 'version-mismatch',
  422: 'ES-1006',
  503: 'unavailable',
};

export function finishOperations(document: OpenAPIObject): void {
  for (const [path, operation] of operationsOf(document)) {
    const { responses } = operation;
    for (const status of isExempt(path) ? ([400] as const) : ([400, 429, 503] as const)) {
      responses[status] ??= { description: problems[status], content: problemContent };
    }
    // @Roles on a method beside @Roles on its class asks for the same token twice.
    if (operation.security) operation.security = uniqueBy(operation.security, (entry) => JSON.stringify(entry));
    const parameters = (operation.parameters ??= []);
    const hasKey = parameters.some((parameter) => 'name' in parameter && parameter.name === 'Idempotency-Key');
    parameters.push({ $ref: '#/components/parameters/CorrelationId' });
    for (const [status, shared] of responsesOf(operation)) {
      // Routes of one controller have those of its class in common, and not all of them take a key.
      const response = { ...shared, headers: { ...headersOf(status, hasKey), ...shared.headers } };
      if (status >= 400) giveExample(status, response);
      responses[status] = response;
    }
  }
  const components = (document.components ??= {});
  components.headers = headers;
  components.parameters = { CorrelationId: correlationParameter };
  for (const schema of Object.values(components.schemas ?? {})) exampleIds(schema);
}

/** What is refused before anybody looks at the key. */
const beforeTheKey = new Set([401, 413, 415, 429]);
/** A decision against a command is kept as one for it is, and given again. */
const recorded = new Set<number>(Object.values(statusOfKind));

function headersOf(status: number, hasKey: boolean): Headers {
  return {
    'X-Correlation-Id': header('CorrelationId'),
    ...(hasKey && !beforeTheKey.has(status) && { 'Idempotency-Key': header('IdempotencyKey') }),
    ...(hasKey && (status < 300 || recorded.has(status)) && { 'Idempotency-Replayed': header('IdempotencyReplayed') }),
    ...((status === 429 || status === 503) && { 'Retry-After': header('RetryAfter') }),
  };
}

function giveExample(status: number, response: Response): void {
  const schema = response.content?.['application/problem+json']?.schema;
  if (!schema) return;
  const code = usualCode[status] ?? codeOfStatus(status);
  const example = problemBody({ status, code, detail: response.description }, SOME_ID);
  response.content = { 'application/problem+json': { schema, example } };
}

/** Ids and times look the same everywhere. */
function exampleIds(schema: object): void {
  const { properties = {} } = schema as { properties?: Record<string, { format?: string; example?: unknown }> };
  for (const property of Object.values(properties)) {
    if (property.format === 'uuid') property.example ??= SOME_ID;
    if (property.format === 'date-time') property.example ??= '2026-11-27T10:00:00.000Z';
  }
}

export function operationsOf({ paths }: OpenAPIObject): [path: string, operation: Operation][] {
  return Object.entries(paths).flatMap(([path, { get, put, post, delete: remove, options, head, patch, trace }]) =>
    [get, put, post, remove, options, head, patch, trace].flatMap((operation): [string, Operation][] =>
      operation ? [[path, operation]] : [],
    ),
  );
}

function responsesOf({ responses }: Operation): [status: number, response: Response][] {
  return Object.entries(responses).flatMap(([status, response]): [number, Response][] =>
    response && !('$ref' in response) ? [[Number(status), response]] : [],
  );
}

function uniqueBy<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}
