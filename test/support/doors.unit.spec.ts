// That the walk over routes sees one that is open, and the look at an API document what is missing, whatever the method.
import { describe, expect, it } from 'vitest';
import { expectClosedDoors, hiddenRoutes, undocumented } from './doors.js';
import type { ServiceUnderTest } from './service.js';

const problem = { 'application/problem+json': { example: {} } };
const headers = { 'X-Correlation-Id': {} };
const again = { ...headers, 'Retry-After': {} };
const responses = {
  200: { description: '', headers, content: { 'application/json': {} } },
  401: { description: '', headers, content: problem },
  403: { description: '', headers, content: problem },
  429: { description: '', headers: again, content: problem },
  503: { description: '', headers: again, content: problem },
};
const operation = { responses, security: [{ bearer: [] }] };
const components = { schemas: { ProblemDto: {} } };
const missing = (method: string, what: object) =>
  undocumented({ paths: { '/orders': { [method]: { ...operation, ...what } } }, components });

const key = { name: 'Idempotency-Key', in: 'header' };
const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

interface Route {
  readonly method: string;
  readonly path: string;
  readonly access: string | readonly string[];
}

describe('a walk over closed doors', () => {
  const health = ['live', 'ready'].map((path) => ({ method: 'GET', path: `/health/${path}`, access: 'public' }));
  const walk = (routes: readonly Route[], alsoPublic?: readonly string[], past: readonly string[] = []) =>
    expectClosedDoors(
      {
        app: {
          get: () => ({
            routes: () => routes,
            publicRoutes: () => [
              ...routes.flatMap(({ method, path, access }) => (access === 'public' ? [`${method} ${path}`] : [])),
              ...past,
            ],
          }),
        } as unknown as ServiceUnderTest['app'],
        send: (({ role }: { role: string }) =>
          Promise.resolve({ status: role === '' ? 401 : 403 })) as unknown as ServiceUnderTest['send'],
      },
      alsoPublic,
    );

  it('ends at a route that is public and was not named', async () => {
    const prices = { method: 'GET', path: '/prices', access: 'public' };
    const orders = { method: 'POST', path: '/orders', access: ['customer'] };
    expect(await walk([...health, orders])).toEqual(['POST /orders']);
    await expect(walk([...health, prices])).rejects.toThrow('to deeply equal');
    expect(await walk([...health, prices], ['GET /prices'])).toEqual([]);
    await expect(walk(health, ['GET /prices'])).rejects.toThrow('to deeply equal'); // closed meanwhile: the list says so
  });

  it('ends at one past all controllers that was not named', async () => {
    await expect(walk(health, [], ['GET /admin'])).rejects.toThrow('to deeply equal');
    expect(await walk(health, ['GET /admin'], ['GET /admin'])).toEqual([]);
  });
});

describe('what an API document leaves out', () => {
  it('is a route that is in none', () => {
    const routes = ['/orders/:id', '/orders/:id/secret'].map((path) => ({ method: 'GET', path }));
    const app = { get: () => ({ routes: () => routes }) } as unknown as ServiceUnderTest['app'];
    const paths = { '/orders/{id}': { get: operation } };
    expect(hiddenRoutes(app, { paths })).toEqual(['GET /orders/{id}/secret']);
  });

  it.each(methods)('is found of %s', (method) => {
    expect(missing(method, { security: [] })).toContain(`${method} /orders: one bearer token`);
    expect(missing(method, { requestBody: {} })).toContain(`${method} /orders: 415`);
    expect(missing(method, { responses: { 200: responses[200] } })).toContain(`${method} /orders: 503`);
  });

  it('is nothing where all is said', () => expect(missing('get', {})).toEqual([]));

  it('is the key of what must not be done twice, and which answers may be given again', () => {
    expect(missing('patch', {})).toContain('patch /orders: Idempotency-Key');
    const found = missing('put', { parameters: [key] });
    expect(found).toEqual([
      'put /orders: 422',
      'put /orders: Idempotency-Replayed of 200',
      'put /orders: Idempotency-Replayed of 403',
    ]);
  });
});
