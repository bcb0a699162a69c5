// Whatever a client sends, in whatever shape: an answer with a 4xx, as a problem, and never a 5xx.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DomainError, InvalidRequestError, UnavailableError, WrongExpectedVersionError } from '@app/event-store/core';
import { faults, startTinyApp, type Answer, type TinyApp } from '../../test/tiny-app.js';

let app: TinyApp;
let authorization: string;
const line = { sku: 'book', quantity: 1 };

beforeAll(async () => {
  app = await startTinyApp();
  authorization = `Bearer ${await app.token('alice', 'customer', 'operator')}`;
});
afterAll(() => app.close());

const post = (body: string | object | undefined, headers: Record<string, string> = {}, path = '/orders') =>
  app.send('POST', path, { body, headers: { authorization, ...headers } });
const get = (path: string, headers: Record<string, string> = {}) =>
  app.send('GET', path, { headers: { authorization, ...headers } });

/** The status of an answer that is a problem in every detail. */
function problem(answer: Answer): number {
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(answer.json).toMatchObject({
    type: `urn:problem:${String(answer.json.code)}`,
    title: expect.any(String) as string,
    status: answer.status,
    detail: expect.any(String) as string,
    correlationId: answer.headers['x-correlation-id'],
  });
  expect(answer.text).not.toContain('node_modules');
  return answer.status;
}

describe('a body', () => {
  it.each<[number, string, string | object | undefined, Record<string, string>?]>([
    [413, 'of 1 MB', { note: 'x'.repeat(1_000_000) }],
    [415, 'of plain text', 'hello', { 'content-type': 'text/plain' }],
    [415, 'of a form', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }],
    [415, 'of XML', '<a/>', { 'content-type': 'application/xml' }],
    [415, 'of several parts', '--x--', { 'content-type': 'multipart/form-data; boundary=x' }],
    [415, 'of a type that is none', '{}', { 'content-type': 'nonsense' }],
    [400, 'of truncated JSON', '{"lines": ['],
    [400, 'that is empty but called JSON', ''],
    [400, 'that is nothing at all', undefined],
    [400, 'of {}', {}],
    [400, 'of an array', '[]'],
    [400, 'of a number', '1'],
    [400, 'of text', '"text"'],
    [400, 'of null', 'null'],
    [400, 'of true', 'true'],
    [400, 'with NUL in a string', { lines: [line], note: 'a\u0000b' }],
    [400, 'with NUL in a name', '{"a\\u0000": 1}'],
    [400, 'with half a surrogate pair', '{"lines":[{"sku":"book","quantity":1}],"note":"\\ud800"}'],
    [400, 'with __proto__', '{"__proto__":{"admin":true},"lines":[{"sku":"book","quantity":1}]}'],
    [400, 'with __proto__ inside', '{"lines":[{"__proto__":{"quantity":1},"sku":"book"}]}'],
    [400, 'with constructor.prototype', '{"constructor":{"prototype":{"admin":true}}}'],
    [400, 'with a name of Object.prototype', { lines: [line], hasOwnProperty: 1 }],
    [400, 'with toString', { lines: [{ ...line, toString: 'x' }] }],
    [400, 'with a field nobody knows', { lines: [line], status: 'paid' }],
    [400, 'with a field nobody knows inside', { lines: [{ ...line, price: 1 }] }],
    [400, 'with no lines', { lines: [] }],
    [400, 'with 10,001 lines', { lines: Array.from({ length: 10_001 }, () => 1) }],
    [400, 'with lines that are an object', { lines: { 0: line } }],
    [400, 'with lines of lines', { lines: [[line]] }],
    [400, 'with null lines', { lines: [null] }],
    [400, 'with quantity 0', { lines: [{ ...line, quantity: 0 }] }],
    [400, 'with quantity 1.5', { lines: [{ ...line, quantity: 1.5 }] }],
    [400, 'with quantity "1"', { lines: [{ ...line, quantity: '1' }] }],
    [400, 'with quantity 1e309', '{"lines":[{"sku":"book","quantity":1e309}]}'],
    [400, 'with quantity 2^53', { lines: [{ ...line, quantity: 2 ** 53 }] }],
  ])('is answered with %i when it is one %s', async (status, _name, body, headers) => {
    expect(problem(await post(body, headers))).toBe(status);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it.each([`{"lines":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`])(
    'nested 10,000 deep costs less than 50 ms and is a 400',
    async (body) => {
      await post({}); // the first request of a route compiles it
      const start = performance.now();
      const answer = await post(body);
      expect(performance.now() - start).toBeLessThan(50);
      expect(problem(answer)).toBe(400);
    },
  );

  it('is told every wrong field, and not given its own words back', async () => {
    const answer = await post({ lines: [{ sku: 7, quantity: 0 }], canary4711: 'canary4712' });
    expect(problem(answer)).toBe(400);
    expect(answer.json.code).toBe('VALIDATION_FAILED');
    const fields = (answer.json.errors as { field: string; rule: string }[]).map(
      ({ field, rule }) => `${field} ${rule}`,
    );
    expect(fields.sort()).toEqual(['canary4711 whitelistValidation', 'lines.0.quantity min', 'lines.0.sku isString']);
    expect(answer.text).not.toContain('canary4712');
  });

  it('keeps text as it is: markup, SQL, emoji and right-to-left marks', async () => {
    const note = `<script>alert(1)</script> '; DROP TABLE orders-- $1 \u202e 😀`;
    expect((await post({ lines: [line], note })).json.note).toBe(note);
  });

  it('of any JSON at all is never a 5xx', { timeout: 60_000 }, async () => {
    const names = fc.constantFrom('lines', 'note', 'sku', 'quantity', '__proto__', 'constructor', 'then', 'length', '');
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.jsonValue(),
        fc.string({ unit: 'binary' }),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.array(fc.tuple(names, tie('tree')), { maxLength: 4 }).map((pairs) => {
          const text = pairs.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',');
          return JSON.parse(`{${text}}`) as unknown;
        }),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(tree, fc.constantFrom('/orders', '/ops/anything'), async (body, path) => {
        const answer = await post(JSON.stringify(body), {}, path);
        expect(answer).toHaveProperty(
          'status',
          expect.toSatisfy((status: number) => status < 500),
        );
      }),
      { numRuns: 400 },
    );
  });
});

describe('an address', () => {
  it.each([
    '00000000-0000-0000-0000-000000000000',
    '1',
    'x'.repeat(1024),
    '%00',
    "'%20OR%201=1--",
    '0198c0de-7a11-7000-8000-000000000001%00',
    '%F0%9F%98%80',
    '..%2f..%2fetc%2fpasswd',
  ])('with the id %s is a 400', async (id) => expect(problem(await get(`/orders/${id}`))).toBe(400));

  it('with an id in upper case means the same id', async () => {
    const answer = await get('/orders/0198C0DE-7A11-7000-8000-000000000001');
    expect(answer.json).toEqual({ id: '0198c0de-7a11-7000-8000-000000000001' });
  });

  it.each(['//orders', '/orders/', '/ORDERS', '/orders%2f', '/nothing', '/', '/orders/a/b', '/.git/config'])(
    '%s that leads nowhere is a 404 that does not repeat it',
    async (path) => {
      const answer = await get(path === '/nothing' ? '/nothing-canary4711' : path);
      expect([400, 404]).toContain(problem(answer));
      expect(answer.text).not.toContain('canary4711');
    },
  );

  it.each(['/orders/%', '/orders/%zz', '/%c0%ae%c0%ae/', '/orders/%E0%A4%A'])(
    '%s that is not encoded right is a 400',
    async (path) => {
      const answer = await get(path);
      expect(answer.status).toBe(400);
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    },
  );

  it.each([
    'status=%00',
    'status=a&status=b',
    'unknown=1',
    '__proto__=1',
    'constructor=1',
    'hasOwnProperty=1',
    'status[a]=1',
  ])('with the query %s is a 400', async (query) => expect(problem(await get(`/orders?${query}`))).toBe(400));
});

describe('headers', () => {
  it('a correlation id that is fit is taken over and echoed', async () => {
    const answer = await post({ lines: [line] }, { 'x-correlation-id': 'order-7:a.b_c' });
    expect(answer.headers['x-correlation-id']).toBe('order-7:a.b_c');
    expect(answer.json.context).toEqual({ correlationId: 'order-7:a.b_c', actor: 'customer:alice' });
  });

  it('none gets one, which events carry and the answer names', async () => {
    const answer = await post({ lines: [line] });
    expect(answer.headers['x-correlation-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.json.context).toMatchObject({ correlationId: answer.headers['x-correlation-id'] });
  });

  it.each(['a b', 'x'.repeat(129), 'canary4711"', '\u00e4'])(
    'a correlation id like %j is a 400 and not echoed',
    async (id) => {
      const answer = await post({ lines: [line] }, { 'x-correlation-id': id });
      expect(problem(answer)).toBe(400);
      expect(JSON.stringify([answer.text, answer.headers])).not.toContain(id);
    },
  );

  it('a trace context is taken over when it is one, and ignored when it is not', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    expect((await post({ lines: [line] }, { traceparent })).json.context).toMatchObject({ traceparent });
    expect((await post({ lines: [line] }, { traceparent: '00-x' })).json.context).not.toHaveProperty('traceparent');
  });

  it.each(['idempotency-key', 'x-correlation-id'])('CR and LF in %s are a 400 and never echoed', async (name) => {
    for (const evil of ['a\rb: canary4711', 'a\u0000canary4711']) {
      const answer = await app.raw(
        `GET /ops/open HTTP/1.1\r\nHost: x\r\n${name}: ${evil}\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).toContain('application/problem+json');
      expect(answer).not.toContain('canary4711');
    }
  });

  it.each(['GET / HTTP/9.9\r\n\r\n', 'nonsense\r\n\r\n', 'GET /orders HTTP/1.1\r\n\r\n', '\u0016\u0003\u0001\r\n\r\n'])(
    'what is hardly HTTP (%j) is a 400',
    async (bytes) => expect(await app.raw(bytes)).toMatch(/^HTTP\/1\.1 400 /),
  );

  it('more than 16 kB of them are a 431', async () => {
    const answer = await app.raw(`GET /ops/open HTTP/1.1\r\nHost: x\r\nX-Big: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('of the answer keep browsers from guessing and framing', async () => {
    const { headers } = await get('/orders');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('Idempotency-Key', () => {
  const place = async (key?: string, as = authorization, path = '/orders') =>
    post({ lines: [line] }, { authorization: as, ...(key && { 'idempotency-key': key }) }, path);

  it('the same key of the same caller is the same command, of another caller another one', async () => {
    const [first, again] = [await place('key-1'), await place('key-1')];
    const bob = await place('key-1', `Bearer ${await app.token('bob', 'customer')}`);
    expect(again.json.commandId).toBe(first.json.commandId);
    expect(bob.json.commandId).not.toBe(first.json.commandId);
    expect((await place('key-2')).json.commandId).not.toBe(first.json.commandId);
    expect(first.headers['idempotency-key']).toBe('key-1');
  });

  it('the query is no part of it', async () => {
    expect((await place('key-1', authorization, '/orders?')).json.commandId).toBe(
      (await place('key-1')).json.commandId,
    );
  });

  it('without one a key is made and returned, and sent again it is the same command', async () => {
    const first = await place();
    const again = await place(String(first.headers['idempotency-key']));
    expect(again.json.commandId).toBe(first.json.commandId);
    expect((await place()).json.commandId).not.toBe(first.json.commandId);
  });

  it.each(['a b', 'x'.repeat(201), 'ä'])('%j is a 400', async (key) => {
    const answer = await place(key);
    expect(problem(answer)).toBe(400);
    expect(answer.headers['idempotency-key']).toBeUndefined();
  });
});

describe('errors from the inside', () => {
  class NotShippable extends DomainError {
    readonly code = 'ORDER_NOT_SHIPPABLE';
  }
  class Unknown extends DomainError {
    readonly code = 'SKU_UNKNOWN';
    override readonly kind = 'invalid';
  }

  it.each<[number, string, () => unknown]>([
    [409, 'ORDER_NOT_SHIPPABLE', () => new NotShippable('Not yet.')],
    [422, 'SKU_UNKNOWN', () => new Unknown('There is no such sku.')],
    [409, 'ES-1001', () => new WrongExpectedVersionError('order-1', 1, 2)],
    [400, 'ES-1010', () => new InvalidRequestError('Expected a version from 1, got 0.')],
    [503, 'ES-1201', () => new UnavailableError('PostgreSQL', new Error('password=hunter2'))],
    [503, 'UNAVAILABLE', () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })],
    [503, 'UNAVAILABLE', () => Object.assign(new Error('failed'), { driverError: { code: '57P01' } })],
    [400, 'TEXT_NOT_STORABLE', () => Object.assign(new Error('failed'), { driverError: { code: '22P05' } })],
    [500, 'INTERNAL_ERROR', () => new TypeError('hunter2 is not a function')],
    [500, 'INTERNAL_ERROR', () => 'hunter2'],
    [500, 'INTERNAL_ERROR', () => undefined],
  ])('%i %s', async (status, code, fault) => {
    faults.set('now', fault);
    const answer = await get('/orders/faults/now');
    expect(problem(answer)).toBe(status);
    expect(answer.json.code).toBe(code);
    expect(answer.text).not.toContain('hunter2');
    expect(answer.headers['retry-after']).toBe(status === 503 ? '1' : undefined);
  });
});
