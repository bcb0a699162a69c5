// Whatever a client sends, in whatever shape: an answer with a 4xx, as a problem, and never a 5xx.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problem } from '../../../../test/support/platform/problem.js';
import { startTinyApp, type TinyApp } from '../../../../test/support/platform/tiny-app.js';

let app: TinyApp;
let authorization: string;
const line = { sku: 'book', quantity: 1 };

beforeAll(async () => {
  app = await startTinyApp();
  authorization = `Bearer ${await app.token('alice', 'customer', 'operator')}`;
});
afterAll(() => app.close());

const post = (body: string | Buffer | object | undefined, headers: Record<string, string> = {}, path = '/orders') =>
  app.send('POST', path, { body, headers: { authorization, ...headers } });
const get = (path: string, headers: Record<string, string> = {}) =>
  app.send('GET', path, { headers: { authorization, ...headers } });

describe('a body', () => {
  it.each<[number, string, string | Buffer | object | undefined, Record<string, string>?]>([
    [413, 'of 1 MB', { note: 'x'.repeat(1_000_000) }],
    [415, 'of plain text', 'hello', { 'content-type': 'text/plain' }],
    [415, 'of a form', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }],
    [415, 'of XML', '<a/>', { 'content-type': 'application/xml' }],
    [415, 'of several parts', '--x--', { 'content-type': 'multipart/form-data; boundary=x' }],
    [415, 'of a type that is none', '{}', { 'content-type': 'nonsense' }],
    [415, 'in Latin-1', '{}', { 'content-type': 'application/json; charset=iso-8859-1' }],
    [415, 'in UTF-16', Buffer.from('{}', 'utf16le'), { 'content-type': 'application/json;charset="UTF-16"' }],
    [
      400,
      'with bytes that are no UTF-8',
      Buffer.from('{"lines":[{"sku":"book","quantity":1}],"note":"café"}', 'latin1'),
    ],
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
    [400, 'with null where a field may be left out', { lines: [line], note: null }],
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
      const times: number[] = [];
      for (let attempt = 1; attempt <= 5; attempt += 1) {
        const start = performance.now();
        expect(problem(await post(body))).toBe(400);
        times.push(performance.now() - start);
      }
      expect(Math.min(...times)).toBeLessThan(50); // the best of five: the machine may be busy, the work is the same
    },
  );

  it('with a list of more than 1,000 items is refused before any rule of a field looks at it, wherever the list is', async () => {
    const codeOf = async (body: object) => {
      const answer = await post(body);
      return [problem(answer), answer.json.code, 'errors' in answer.json];
    };
    const items = (count: number) => Array.from({ length: count }, () => 1);
    expect(await codeOf({ lines: items(1_001) })).toEqual([400, 'list-too-long', false]);
    expect(await codeOf({ lines: [line], other: { deep: items(1_001) } })).toEqual([400, 'list-too-long', false]);
    expect(await codeOf({ lines: items(1_000) })).toEqual([400, 'validation-failed', true]);
  });

  it('is told every wrong field, and not given its own words back', async () => {
    const answer = await post({ lines: [{ sku: 7, quantity: 0 }], canary4711: 'canary4712' });
    expect(problem(answer)).toBe(400);
    expect(answer.json.code).toBe('validation-failed');
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

  it.each(['application/json; charset=utf-8', 'application/json;charset="UTF-8"', 'Application/JSON; Charset=utf8'])(
    'may say that it is UTF-8: %s',
    async (type) => {
      const answer = await post({ lines: [line], note: 'café 😀' }, { 'content-type': type });
      expect([answer.status, answer.json.note]).toEqual([201, 'café 😀']);
    },
  );

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

  it.each([
    ['POST', '/orders'],
    ['POST', '/orders/0198c0de-7a11-7000-8000-000000000001/cancel'],
    ['GET', '/orders/0198c0de-7a11-7000-8000-000000000001'],
    ['GET', '/ops/open'],
  ])('with a query parameter that %s %s does not know is a 400 that names it', async (method, path) => {
    const body = method === 'POST' ? (path === '/orders' ? { lines: [line] } : {}) : undefined;
    const send = (query: string) => app.send(method, path + query, { body, headers: { authorization } });
    expect((await send('')).status).toBeLessThan(300);
    const answer = await send('?foo=canary4711');
    expect(problem(answer)).toBe(400);
    expect(answer.json.errors).toEqual([
      { field: 'foo', rule: 'whitelistValidation', message: 'there is no such field' },
    ]);
    expect(answer.text).not.toContain('canary4711');
  });
});
