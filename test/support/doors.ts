// What must hold for every route of a service, also for those that are still to be written: it is closed, and it is documented.
import { expect } from 'vitest';
import type { INestApplication } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { RouteAudit } from '@app/platform';
import type { ServiceUnderTest } from './service.js';

const bodiless = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS']);
const SOME_ID = '0198c0de-7a11-7000-8000-000000000001';

/** What every service may show to everybody. */
const PUBLIC = ['GET /health/live', 'GET /health/ready'];

/**
 * Asks at every route without a token and with a role that is not its own. Returns the routes that are closed. No route is public but those of health
 * and `alsoPublic`, so that who opens another one says so in a test.
 */
export async function expectClosedDoors(
  { app, send }: Pick<ServiceUnderTest, 'app' | 'send'>,
  alsoPublic: readonly string[] = [],
): Promise<string[]> {
  const closed: string[] = [];
  const audit = app.get(RouteAudit, { strict: false });
  for (const { method, path, access } of audit.routes()) {
    if (access === 'public') continue;
    const request = {
      method,
      path: path.replaceAll(/:\w+/g, SOME_ID),
      ...(!bodiless.has(method) && { body: {} }),
    };
    const route = `${method} ${path}`;
    for (const [role, status] of [
      ['', 401],
      ['stranger', 403],
      ...['customer', 'operator'].filter((name) => !access!.includes(name)).map((name) => [name, 403]),
    ] as [string, number][]) {
      const answer = await send({ ...request, role });
      expect([route, role, answer.status]).toEqual([route, role, status]);
    }
    closed.push(route);
  }
  expect(
    audit
      .publicRoutes()
      .filter((route) => !PUBLIC.includes(route))
      .sort(),
  ).toEqual([...alsoPublic].sort());
  return closed;
}

export interface Owned {
  /** Of something that alice, a customer, owns. */
  readonly id: string;
  /** What a good request to the route carries, by the route: `POST /orders/:id/cancel`. */
  readonly bodies?: Readonly<Record<string, object>>;
}

/**
 * Asks as another customer at every route that customers may use. What has an id in its address is not there for them (404, as if there were
 * none), and no answer has the id in it. Returns the routes that were asked.
 */
export async function expectNothingForOthers(
  { app, send }: ServiceUnderTest,
  { id, bodies = {} }: Owned,
): Promise<string[]> {
  const asked: string[] = [];
  for (const { method, path, access } of app.get(RouteAudit, { strict: false }).routes()) {
    if (access === 'public' || !access!.includes('customer')) continue;
    const route = `${method} ${path}`;
    const isAbout = path.includes(':');
    if (!isAbout && method !== 'GET') continue; // it makes something of the caller's own
    const body = bodies[route] ?? (bodiless.has(method) ? undefined : {});
    const answer = await send({
      method,
      path: path.replaceAll(/:\w+/g, id),
      user: 'mallory',
      body,
    });
    expect([route, answer.status]).toEqual([route, isAbout ? 404 : 200]);
    expect(JSON.stringify(answer.body)).not.toContain(isAbout ? 'alice' : id);
    asked.push(route);
  }
  return asked;
}

/** Routes that are in no API document, so in no client and no run of the fuzzer either; empty when there is none. */
export function hiddenRoutes(app: INestApplication, { paths }: Pick<OpenAPIObject, 'paths'>): string[] {
  const documented = new Set(
    Object.entries(paths).flatMap(([path, item]) =>
      METHODS.filter((method) => item[method]).map((method) => `${method.toUpperCase()} ${path}`),
    ),
  );
  return app
    .get(RouteAudit, { strict: false })
    .routes()
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
    .filter((route) => !documented.has(route));
}

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly schema?: { readonly format?: string };
}

interface Response {
  readonly content?: Readonly<Record<string, { readonly example?: unknown }>>;
  readonly headers?: Readonly<Record<string, unknown>>;
}

interface Property {
  readonly type?: string;
  readonly example?: unknown;
  readonly enum?: unknown;
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;
/** A command that was decided against is answered so, and so again. */
const DECISIONS = ['403', '404', '409', '422'];

/** What the API document leaves out, in words; empty when everything is said. */
export function undocumented({ paths, components }: Pick<OpenAPIObject, 'paths' | 'components'>): string[] {
  const missing: string[] = [];
  for (const [path, item] of Object.entries(paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (!operation) continue;
      const say = (what: string, there: boolean) => void (there || missing.push(`${method} ${path}: ${what}`));
      const parameters = (operation.parameters ?? []).filter((parameter) => 'name' in parameter) as Parameter[];
      const responses = Object.entries(operation.responses) as [string, Response][];
      const answers = new Set(responses.map(([status]) => status));
      if (!path.startsWith('/health')) {
        say('one bearer token', JSON.stringify(operation.security) === '[{"bearer":[]}]');
        for (const status of ['401', '403', '429', '503']) say(status, answers.has(status));
      }
      for (const { name, schema } of parameters.filter((parameter) => /^(id|.*Id)$/.test(parameter.name))) {
        say(`format of ${name}`, schema?.format === 'uuid');
        say('400', answers.has('400'));
      }
      const headers = parameters.filter((parameter) => parameter.in === 'header').map(({ name }) => name);
      const hasKey = headers.includes('Idempotency-Key');
      // PUT and DELETE may be sent twice by what they mean.
      if (method === 'post' || method === 'patch') say('Idempotency-Key', hasKey);
      if (hasKey) say('422', answers.has('422'));
      if (operation.requestBody) for (const status of ['400', '413', '415']) say(status, answers.has(status));
      say('412', headers.includes('If-Match') === answers.has('412'));
      for (const [status, { content, headers: answered = {} }] of responses) {
        const type = Number(status) < 400 ? 'application/json' : 'application/problem+json';
        say(`schema of ${status}`, content?.[type] !== undefined && Object.keys(content).length === 1);
        say(`example of ${status}`, Number(status) < 400 || content?.[type]?.example !== undefined);
        const isDecision = Number(status) < 300 || DECISIONS.includes(status);
        say(
          `Idempotency-Replayed of ${status}`,
          (hasKey && isDecision) === (answered['Idempotency-Replayed'] !== undefined),
        );
        say(`X-Correlation-Id of ${status}`, answered['X-Correlation-Id'] !== undefined);
        say(`Retry-After of ${status}`, ['429', '503'].includes(status) === (answered['Retry-After'] !== undefined));
      }
    }
  }
  for (const [name, schema] of Object.entries(components?.schemas ?? {})) {
    const { properties = {} } = schema as { properties?: Record<string, Property> };
    for (const [field, { type, example, enum: values }] of Object.entries(properties)) {
      const isScalar = type === 'string' || type === 'integer' || type === 'number' || type === 'boolean';
      if (isScalar && example === undefined && values === undefined) missing.push(`${name}.${field}: example`);
    }
  }
  if (!components?.schemas?.['ProblemDto']) missing.push('the schema of problems');
  return missing;
}
