// Whatever comes in, at every route of both services: a refusal with 4xx and problem+json, never a 5xx, and the services live on.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shopServices, type ShopService } from '../tools/demo/checkout-shape.js';
import { eventually } from './support/eventually.js';
import { ask, expectProblem, type Answer } from './support/http.js';
import { startWholeSystem, type WholeSystem } from './support/whole-system.js';

interface Route {
  readonly service: ShopService;
  readonly method: string;
  /** With `{id}` where there is one. */
  readonly path: string;
}

let whole: WholeSystem;
let routes: Route[];
const tokens = { alice: '', mallory: '', operator: '', nobody: '' };
const pids: Record<string, number> = {};

beforeAll(async () => {
  whole = await startWholeSystem();
  const { system } = whole;
  tokens.alice = await system.token('alice', 'customer');
  tokens.mallory = await system.token('mallory', 'customer');
  tokens.operator = await system.token('olivia', 'operator');
  tokens.nobody = await system.token('nobody');
  for (const service of shopServices) pids[service] = system.running(service).pid;
  routes = (await Promise.all(shopServices.map(routesOf))).flat();
}, 240_000);
afterAll(() => whole?.close(), 60_000);

/** Every route the API documents, but for health. */
async function routesOf(service: ShopService): Promise<Route[]> {
  const { text } = await ask({ method: 'GET', url: `${whole.system.running(service).url}/docs-json` });
  const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, unknown>> };
  return Object.entries(paths)
    .filter(([path]) => !path.startsWith('/health'))
    .flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ service, method: method.toUpperCase(), path })),
    );
}

const SOME_ID = '0198c0de-7a11-7000-8000-000000000001';

function urlOf({ service, path }: Pick<Route, 'service' | 'path'>, id = SOME_ID): string {
  return whole.system.running(service).url + path.replace('{id}', id);
}

/** A token that may use the route. */
function goodToken({ service, method, path }: Route): string {
  const forCustomers = service === 'order-service' && !(method === 'POST' && path.endsWith('/ship'));
  return forCustomers ? tokens.alice : tokens.operator;
}

/** What people write, in a body of a POST. */
const WORDS = 'words';

/** As JSON: a body that the POST takes. */
function bodyOf({ path }: Route): string {
  if (path.endsWith('/cancel')) return JSON.stringify({ reason: WORDS });
  if (path.endsWith('/ship')) return JSON.stringify({ carrier: WORDS, trackingNumber: 't' });
  if (path.endsWith('/refund')) return JSON.stringify({ reason: WORDS, amountMinor: 1 });
  return JSON.stringify({ lines: [line], note: WORDS });
}

const orders = (
  method: string,
  path: string,
  body?: unknown,
  more: { token?: string; headers?: Record<string, string> } = {},
) =>
  ask({
    method,
    url: urlOf({ service: 'order-service', path }),
    token: more.token ?? tokens.alice,
    headers: more.headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
const payments = (method: string, path: string, body?: unknown) =>
  ask({
    method,
    url: urlOf({ service: 'payment-service', path }),
    token: tokens.operator,
    body: body === undefined ? undefined : JSON.stringify(body),
  });

const line = { sku: 'mug', quantity: 1 };

async function placed(token = tokens.alice): Promise<string> {
  const { status, text } = await orders('POST', '/orders', { lines: [line] }, { token });
  expect(status, text).toBe(201);
  return (JSON.parse(text) as { orderId: string }).orderId;
}

async function confirmed(): Promise<string> {
  const orderId = await placed();
  await eventually(async () => expect((await whole.shop.order(orderId)).status).toBe('confirmed'), {
    timeoutMs: 60_000,
  });
  return orderId;
}

it('every route is known to these tests', () => {
  expect(routes.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
    'GET /orders',
    'GET /orders/{id}',
    'GET /orders/{id}/history',
    'GET /payments',
    'GET /payments/{id}',
    'POST /orders',
    'POST /orders/{id}/cancel',
    'POST /orders/{id}/ship',
    'POST /payments/{id}/refund',
  ]);
});

describe('tokens', () => {
  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"alice","roles":["operator"]}').toString('base64url')}.`;

  it.each([
    ['no token', undefined],
    ['an empty one', ''],
    ['random text', 'open sesame'],
    ['an unsigned one', unsigned],
  ])('every route answers 401 to %s', async (_what, token) => {
    for (const route of routes) {
      const body = route.method === 'POST' ? '{}' : undefined;
      expectProblem(await ask({ method: route.method, url: urlOf(route), token, body }), 401);
    }
  });

  it('a token in the query string counts for nothing', async () => {
    for (const route of routes.filter(({ method }) => method === 'GET')) {
      expectProblem(await ask({ method: 'GET', url: `${urlOf(route)}?access_token=${goodToken(route)}` }), 401);
    }
  });

  it('a token without any role gets 403 everywhere, a customer at what is for operators, and the other way round', async () => {
    const body = (method: string) => (method === 'POST' ? '{}' : undefined);
    for (const route of routes) {
      expectProblem(
        await ask({ method: route.method, url: urlOf(route), token: tokens.nobody, body: body(route.method) }),
        403,
      );
    }
    for (const route of routes.filter((candidate) => goodToken(candidate) === tokens.operator)) {
      expectProblem(
        await ask({ method: route.method, url: urlOf(route), token: tokens.alice, body: body(route.method) }),
        403,
      );
    }
    expectProblem(await orders('POST', '/orders', { lines: [line] }, { token: tokens.operator }), 403);
  });

  it('another customer’s order does not exist', async () => {
    const id = await placed();
    const foreign = { token: tokens.mallory };
    expectProblem(await orders('GET', `/orders/${id}`, undefined, foreign), 404);
    expectProblem(await orders('GET', `/orders/${id}?asOf=1`, undefined, foreign), 404);
    expectProblem(await orders('GET', `/orders/${id}/history`, undefined, foreign), 404);
    expectProblem(await orders('POST', `/orders/${id}/cancel`, { reason: 'mine now' }, foreign), 404);
    const { text } = await orders('GET', '/orders', undefined, foreign);
    expect(text).not.toContain(id);
  });
});

describe('framing', () => {
  const deep = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
  /** Of a body as JSON that would do: one more member, or other words where people write. */
  const withMember = (member: string) => (valid: string) => `{${member},${valid.slice(1)}`;
  const withWords = (words: string) => (valid: string) => valid.replace(WORDS, words);

  it('none of the bodies that are spoiled here would be refused by itself', async () => {
    for (const route of routes.filter(({ method }) => method === 'POST')) {
      const answer = await ask({ method: 'POST', url: urlOf(route), token: goodToken(route), body: bodyOf(route) });
      expect(answer.status, answer.text).toBe(route.path.includes('{id}') ? 404 : 201);
    }
  });

  it.each<[string, (valid: string) => string, Record<string, string>, number, string]>([
    ['a body of 1 MB', withWords('x'.repeat(1_000_000)), {}, 413, 'payload-too-large'],
    ['text', (valid) => valid, { 'content-type': 'text/plain' }, 415, 'unsupported-media-type'],
    ['a form', () => 'a=1', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'unsupported-media-type'],
    ['no JSON', (valid) => valid.slice(0, -1), {}, 400, 'bad-request'],
    ['an empty body', () => '', {}, 400, 'bad-request'],
    ['JSON nested 10,000 deep', withMember(`"deep":${deep}`), {}, 400, 'too-deep'],
    ['an array', (valid) => `[${valid}]`, {}, 400, 'body-not-object'],
    ['a number', () => '7', {}, 400, 'body-not-object'],
    ['a string', () => '"text"', {}, 400, 'body-not-object'],
    ['null', () => 'null', {}, 400, 'body-not-object'],
    ['an empty object', () => '{}', {}, 400, 'validation-failed'],
    ['a NUL', withWords('a\\u0000b'), {}, 400, 'text-not-storable'],
    ['half a surrogate pair', withWords('\\ud800'), {}, 400, 'text-not-storable'],
    ['__proto__', withMember('"__proto__":{"role":"operator"}'), {}, 400, 'bad-request'],
    ['constructor.prototype', withMember('"constructor":{"prototype":{"role":"operator"}}'), {}, 400, 'bad-request'],
    ['a field nobody knows', withMember('"version":7'), {}, 400, 'validation-failed'],
    [
      'an Idempotency-Key of two words',
      (valid) => valid,
      { 'idempotency-key': 'two words' },
      400,
      'idempotency-key-invalid',
    ],
    [
      'a correlation id that is none',
      (valid) => valid,
      { 'x-correlation-id': '<script>' },
      400,
      'correlation-id-invalid',
    ],
  ])('every POST refuses %s', async (_what, spoiled, headers, status, code) => {
    for (const route of routes.filter(({ method }) => method === 'POST')) {
      const body = spoiled(bodyOf(route));
      const answer = await ask({ method: 'POST', url: urlOf(route), token: goodToken(route), headers, body });
      expect(expectProblem(answer, status).code, route.path).toBe(code);
      expect(answer.text).not.toContain('<script>');
    }
    expect(({} as { role?: string }).role).toBeUndefined();
  });

  it.each([
    ['{"lines":', 'not JSON'],
    ['{"__proto__":{}}', '__proto__'],
    ['', 'empty'],
    ['7', 'object'],
  ])('says what is wrong with the body %s', async (body, word) => {
    const route = routes.find(({ method }) => method === 'POST')!;
    const answer = await ask({ method: 'POST', url: urlOf(route), token: goodToken(route), body });
    expect((JSON.parse(answer.text) as { detail: string }).detail).toContain(word);
  });

  it.each([
    'no-uuid',
    '7',
    SOME_ID.slice(1),
    '00000000-0000-0000-0000-000000000000',
    'x'.repeat(1_000),
    "'%20OR%201=1--",
    '%00',
    '{id}',
  ])('every route with an id refuses the id %s', async (id) => {
    for (const route of routes.filter(({ path }) => path.includes('{id}'))) {
      const body = route.method === 'POST' ? bodyOf(route) : undefined;
      expectProblem(await ask({ method: route.method, url: urlOf(route, id), token: goodToken(route), body }), 400);
    }
  });

  it('a path that goes up is no id, and leads nowhere', async () => {
    for (const route of routes.filter(({ path }) => path.includes('{id}'))) {
      const url = urlOf(route, '%2e%2e%2f');
      const body = route.method === 'POST' ? bodyOf(route) : undefined;
      expectProblem(await ask({ method: route.method, url, token: goodToken(route), body }), 400, 404);
    }
  });

  it.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS'])('no route takes %s', async (method) => {
    for (const route of routes) {
      const answer = await ask({ method, url: urlOf(route), token: goodToken(route) });
      expectProblem(answer, 405);
      expect(answer.headers.get('allow')).toContain(route.method);
    }
  });

  it.each(['//', '/orders/', '/orders//', '/Orders', '/orders%2f', '/%', '/.env'])(
    'there is nothing at %s for strangers',
    async (path) => {
      const answer = await ask({ method: 'GET', url: whole.system.running('order-service').url + path });
      expectProblem(answer, 400, 401, 404);
    },
  );
});

describe('orders', () => {
  const lines = (count: number) => Array.from({ length: count }, (_, index) => ({ sku: `sku-${index}`, quantity: 1 }));

  it.each<[string, unknown, number]>([
    ['no lines', { lines: [] }, 400],
    ['10,001 lines', { lines: lines(1_500) }, 400], // as many as fit into 100 kB
    ['lines that are no list', { lines: { sku: 'mug', quantity: 1 } }, 400],
    ['a line that is null', { lines: [null] }, 400],
    ['a line that is a list', { lines: [[line]] }, 400],
    ['the same sku twice', { lines: [line, line] }, 400],
    ['a status', { lines: [line], status: 'confirmed' }, 400],
    ['an owner', { lines: [line], customerId: 'mallory' }, 400],
    ['a price', { lines: [{ ...line, price: 1 }] }, 400],
    ['a sku that is a number', { lines: [{ sku: 7, quantity: 1 }] }, 400],
    ['a sku that is empty', { lines: [{ sku: '', quantity: 1 }] }, 400],
    ['a sku nobody sells', { lines: [{ sku: 'unicorn', quantity: 1 }] }, 422],
    ['a sku called constructor', { lines: [{ sku: 'constructor', quantity: 1 }] }, 422],
    ['an unknown currency', { lines: [line], currency: 'XXY' }, 400],
    ['a lower-case currency', { lines: [line], currency: 'eur' }, 400],
    ['an emoji currency', { lines: [line], currency: '💶' }, 400],
    ['a currency nothing is sold in', { lines: [line], currency: 'JPY' }, 422],
    ['a note of 501 characters', { lines: [line], note: 'x'.repeat(501) }, 400],
    ['a note that is no text', { lines: [line], note: { $ne: '' } }, 400],
    ['a note that is null', { lines: [line], note: null }, 400],
    ['a currency that is null', { lines: [line], currency: null }, 400],
  ])('POST /orders refuses %s', async (_what, body, status) => {
    expectProblem(await orders('POST', '/orders', body), status);
  });

  it.each(['0', '-1', '1.5', '1e309', '"1"', '9007199254740992', 'null', '[1]', 'true', '10001'])(
    'POST /orders refuses the quantity %s',
    async (quantity) => {
      const body = `{"lines":[{"sku":"mug","quantity":${quantity}}]}`;
      expectProblem(
        await ask({
          method: 'POST',
          url: urlOf({ service: 'order-service', path: '/orders' }),
          token: tokens.alice,
          body,
        }),
        400,
      );
    },
  );

  it('POST /orders {} says which fields are missing', async () => {
    const { errors } = expectProblem(await orders('POST', '/orders', {}), 400);
    expect(new Set((errors as { field: string }[]).map(({ field }) => field))).toEqual(new Set(['lines']));
  });

  it.each(['<script>alert(1)</script>', `'; DROP TABLE event_store.events;--`, '$1', 'right \u202eto left', '💥'])(
    'a note is kept as it is: %s',
    async (note) => {
      const { text } = await orders('POST', '/orders', { lines: [line], note });
      const { orderId } = JSON.parse(text) as { orderId: string };
      expect(JSON.parse((await orders('GET', `/orders/${orderId}`)).text)).toMatchObject({ orderId, note });
    },
  );

  it.each([
    'limit=0',
    'limit=-1',
    'limit=1000000000',
    'limit=1.5',
    'limit=',
    'limit=1&limit=2',
    'cursor=garbage',
    'cursor=',
    'status=unknown',
    'status=',
    'page=1',
    '__proto__=1',
  ])('GET /orders refuses ?%s', async (query) => {
    expectProblem(await orders('GET', `/orders?${query}`), 400);
  });

  it.each([
    'asOf=0',
    'asOf=-1',
    'asOf=1.5',
    'asOf=yesterday',
    'asOf=',
    'asOf=1&asOf=2',
    'asOf=2026-02-30T00:00:00Z',
    'at=1',
  ])('GET /orders/:id refuses ?%s', async (query) => {
    expectProblem(await orders('GET', `/orders/${await placed()}?${query}`), 400);
  });

  it('an order that does not exist, and a version it never had, are not found', async () => {
    expectProblem(await orders('GET', `/orders/${SOME_ID}`), 404);
    expectProblem(await orders('GET', `/orders/${SOME_ID}/history`), 404);
    expectProblem(await orders('POST', `/orders/${SOME_ID}/cancel`, { reason: 'x' }), 404);
    expectProblem(
      await orders(
        'POST',
        `/orders/${SOME_ID}/ship`,
        { carrier: 'c', trackingNumber: 't' },
        { token: tokens.operator },
      ),
      404,
    );
    expectProblem(await orders('GET', `/orders/${await placed()}?asOf=99`), 404);
    expectProblem(await payments('GET', `/payments/${SOME_ID}`), 404);
    expectProblem(await payments('POST', `/payments/${SOME_ID}/refund`, { reason: 'x' }), 404);
  });

  it.each([{}, { reason: '' }, { reason: ' ' }, { reason: 'two\nlines' }, { reason: 'x'.repeat(201) }, { reason: 7 }])(
    'POST /orders/:id/cancel refuses %j',
    async (body) => {
      expectProblem(await orders('POST', `/orders/${SOME_ID}/cancel`, body), 400);
    },
  );
});

describe('flow', () => {
  it('a POST without Idempotency-Key works, and its answer carries one', async () => {
    const answer = await orders('POST', '/orders', { lines: [line] });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('idempotency-key')).toMatch(/\S/);
  });

  it('fifty requests with one key make one order and get one answer; another body with that key is refused', async () => {
    const headers = { 'idempotency-key': 'fifty-at-once' };
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => orders('POST', '/orders', { lines: [line] }, { headers })),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]!.status).toBe(201);
    expectProblem(await orders('POST', '/orders', { lines: [{ sku: 'mug', quantity: 2 }] }, { headers }), 422);
    const other = await orders('POST', '/orders', { lines: [line] }, { headers, token: tokens.mallory });
    expect(other.status).toBe(201);
    expect(other.text).not.toBe(answers[0]!.text);
  });

  it('cancelling twice is the same as once, and a cancelled order is not shipped', async () => {
    const id = await placed();
    expect((await orders('POST', `/orders/${id}/cancel`, { reason: 'first' })).status).toBe(200);
    const again = await orders('POST', `/orders/${id}/cancel`, { reason: 'second' });
    expect(again.status).toBe(200);
    const events = JSON.parse((await orders('GET', `/orders/${id}/history`)).text) as { type: string }[];
    expect(events.filter(({ type }) => type === 'order.cancelled')).toHaveLength(1);
    const shipping = { carrier: 'Post', trackingNumber: 't-1' };
    expectProblem(await orders('POST', `/orders/${id}/ship`, shipping, { token: tokens.operator }), 409);
  });

  it('a shipped order is not cancelled, and not shipped otherwise', async () => {
    const id = await confirmed();
    const ship = (trackingNumber: string): Promise<Answer> =>
      orders('POST', `/orders/${id}/ship`, { carrier: 'Post', trackingNumber }, { token: tokens.operator });
    expect((await ship('t-1')).status).toBe(200);
    expect((await ship('t-1')).status).toBe(200);
    expectProblem(await ship('t-2'), 409);
    expectProblem(await orders('POST', `/orders/${id}/cancel`, { reason: 'too late' }), 409);
  });

  it('nobody gets back more than was paid, nor in another currency', async () => {
    const id = await confirmed(); // one mug: 890
    const refund = (body: object): Promise<Answer> =>
      payments('POST', `/payments/${id}/refund`, { reason: 'broken', ...body });
    for (const amountMinor of [null, Number.NaN, Infinity, 0, -1, 1.5, '1', 2 ** 53])
      expectProblem(await refund({ amountMinor }), 400);
    expectProblem(await refund({ amountMinor: 100, currency: 'USD' }), 400);
    expectProblem(await refund({ amountMinor: 891 }), 409, 422);
    expect((await refund({ amountMinor: 890 })).status).toBe(200);
    expectProblem(await refund({ amountMinor: 1 }), 409, 422);
    expectProblem(await refund({}), 409, 422);
  });

  it('GET /payments wants an order id', async () => {
    for (const query of ['', '?orderId=', '?orderId=7', `?orderId=${SOME_ID}&orderId=${SOME_ID}`]) {
      expectProblem(await payments('GET', `/payments${query}`), 400);
    }
    const { status, text } = await payments('GET', `/payments?orderId=${SOME_ID}`);
    expect([status, text]).toEqual([200, '{"items":[]}']);
  });
});

it('after all that both services are the processes they were, and neither has answered with a 5xx', async () => {
  for (const service of shopServices) {
    const { url, pid } = whole.system.running(service);
    expect(pid).toBe(pids[service]);
    expect((await ask({ method: 'GET', url: `${url}/health/live` })).status).toBe(200);
    const log = await readFile(join(whole.dataDir, 'logs', `${service}.log`), 'utf8');
    expect(log).toMatch(/"status":400/); // the log would show it
    expect(log.split('\n').filter((text) => /"status":5\d\d/.test(text))).toEqual([]);
  }
});
