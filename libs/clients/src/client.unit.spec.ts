import { describe, expect, expectTypeOf, it } from 'vitest';
import { createClient, dataOf, ProblemError, UnexpectedAnswerError, type Problem } from './index.js';

interface Stock {
  readonly GET: {
    '/shelves/{id}/items': {
      readonly path: { readonly id: string };
      readonly query?: { readonly color?: 'red' | 'blue'; readonly tag?: readonly string[]; readonly limit?: number };
      readonly answers: { readonly 200: readonly string[] };
      readonly problems: 404;
      readonly answerHeaders: 'ETag';
    };
    '/v2/shelves': {
      readonly answers: { readonly 200: { readonly count: number } };
      readonly problems: never;
      readonly answerHeaders: never;
    };
  };
  readonly POST: {
    '/shelves': {
      readonly headers?: { readonly 'Idempotency-Key'?: string };
      readonly body: { readonly name: string; readonly width?: number };
      readonly answers: { readonly 201: { readonly id: string }; readonly 204: undefined };
      readonly problems: 409 | 422;
      readonly answerHeaders: 'Location';
    };
  };
}

const notFound: Problem<404> = {
  type: 'urn:problem:not-found',
  code: 'not-found',
  title: 'Not Found',
  status: 404,
  detail: 'There is no such shelf.',
  correlationId: 'c-1',
};

/** A client whose requests are answered so, and what it has sent. */
function stockThat(status: number, body: string | object | null, media = 'application/json', options = {}) {
  const sent: { url: string; init: RequestInit; headers: Headers }[] = [];
  const fetch: typeof globalThis.fetch = async (url, init = {}) => {
    sent.push({ url: url instanceof Request ? url.url : url.toString(), init, headers: new Headers(init.headers) });
    const text = typeof body === 'string' || body === null ? body : JSON.stringify(body);
    return new Response(text, { status, headers: { 'content-type': media, etag: '"7"' } });
  };
  return { stock: createClient<Stock>({ baseUrl: 'http://stock/', fetch, ...options }), sent };
}

describe('a request', () => {
  it('has its parts in the address, escaped, and nothing of what was left out', async () => {
    const { stock, sent } = stockThat(200, []);
    await stock.GET('/shelves/{id}/items', {
      path: { id: 'a/b?c' },
      query: { color: 'red', tag: ['new', 'a&b'], limit: undefined },
    });
    expect(sent[0]!.url).toBe('http://stock/shelves/a%2Fb%3Fc/items?color=red&tag=new&tag=a%26b');
    await stock.GET('/v2/shelves');
    expect(sent[1]!.url).toBe('http://stock/v2/shelves');
    expect([...sent[1]!.headers.keys()]).toEqual([]);
  });

  it.each(['', '.', '..', undefined])(
    'to another route, as %j for a part of the path would lead to, is not sent',
    async (id) => {
      const { stock, sent } = stockThat(200, []);
      await expect(stock.GET('/shelves/{id}/items', { path: { id: id! } })).rejects.toThrow(TypeError);
      expect(sent).toEqual([]);
    },
  );

  it('carries JSON, its headers and those of the client, and a token that is asked for each time', async () => {
    let asked = 0;
    const { stock, sent } = stockThat(201, { id: '1' }, 'application/json', {
      token: async () => `token-${++asked}`,
      headers: { traceparent: '00-1' },
    });
    const body = { name: 'tall' };
    await stock.POST('/shelves', { body, headers: { 'Idempotency-Key': 'k' } });
    await stock.POST('/shelves', { body });
    expect(sent.map(({ init }) => [init.method, init.body])).toEqual([
      ['POST', '{"name":"tall"}'],
      ['POST', '{"name":"tall"}'],
    ]);
    expect(Object.fromEntries(sent[0]!.headers)).toEqual({
      authorization: 'Bearer token-1',
      'content-type': 'application/json',
      'idempotency-key': 'k',
      traceparent: '00-1',
    });
    expect(sent[1]!.headers.get('authorization')).toBe('Bearer token-2');
  });

  it('is given up when its time is over, or by its caller', async () => {
    const fetch: typeof globalThis.fetch = (_url, init) =>
      new Promise((_, reject) => {
        const signal = init!.signal!;
        signal.addEventListener('abort', () => reject(signal.reason as Error));
        if (signal.aborted) reject(signal.reason as Error);
      });
    const impatient = createClient<Stock>({ baseUrl: 'http://stock', fetch, timeoutMs: 1 });
    await expect(impatient.GET('/v2/shelves')).rejects.toMatchObject({ name: 'TimeoutError' });
    const patient = createClient<Stock>({ baseUrl: 'http://stock', fetch });
    await expect(patient.GET('/v2/shelves', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});

describe('an answer', () => {
  it('is data with its status and headers; empty where there is none', async () => {
    const answer = await stockThat(200, ['mug']).stock.GET('/shelves/{id}/items', { path: { id: '1' } });
    expect([answer.status, answer.data, answer.headers.get('ETag')]).toEqual([200, ['mug'], '"7"']);
    expect(dataOf(answer)).toEqual(['mug']);
    const empty = await stockThat(204, null).stock.POST('/shelves', { body: { name: 'tall' } });
    expect([empty.status, empty.data, empty.error]).toEqual([204, undefined, undefined]);
  });

  it.each([
    ['nothing where there should be data', 200, ''],
    ['half of it', 200, '["mu'],
    ['no JSON, whatever it says it is', 200, '<html>'],
  ])('is unexpected when it is %s', async (_, status, body) => {
    const asked = stockThat(status, body).stock.GET('/shelves/{id}/items', { path: { id: '1' } });
    await expect(asked).rejects.toThrow(UnexpectedAnswerError);
  });

  it('is a problem where the service says no, and dataOf throws it', async () => {
    const { stock } = stockThat(404, notFound, 'application/problem+json; charset=utf-8');
    const answer = await stock.GET('/shelves/{id}/items', { path: { id: '1' } });
    expect([answer.status, answer.error, answer.data]).toEqual([404, notFound, undefined]);
    expect(() => dataOf(answer)).toThrow(ProblemError);
    expect(() => dataOf(answer)).toThrow('404 not-found: There is no such shelf. (correlation id c-1)');
  });

  it.each([
    [502, '<h1>Bad Gateway</h1>', 'text/html'],
    [200, '<h1>Welcome</h1>', 'text/html'],
    [404, '{"message":"no route"}', 'application/json'],
  ])('%d with %s is an error, because no service of ours says so', async (status, text, media) => {
    const asked = stockThat(status, text, media).stock.GET('/v2/shelves');
    await expect(asked).rejects.toThrow(UnexpectedAnswerError);
    await expect(asked).rejects.toMatchObject({ request: 'GET /v2/shelves', status, text });
  });
});

// Compiled by `npm run check -- types`, which fails on a directive that expects an error where there is none.
describe('the compiler', () => {
  it('tells data from problems by status, data or error', () => {
    const read = async () => {
      const answer = await stockThat(200, []).stock.POST('/shelves', { body: { name: 'tall' } });
      expectTypeOf(answer.status).toEqualTypeOf<201 | 204 | 409 | 422 | 500>();
      if (answer.status === 409) expectTypeOf(answer.error).toEqualTypeOf<Problem<409>>();
      if (answer.status === 201) expectTypeOf(answer.data).toEqualTypeOf<{ readonly id: string }>();
      // @ts-expect-error the document has no 418
      if (answer.status === 418) return;
      const { data, error } = answer;
      if (error) expectTypeOf(error.status).toEqualTypeOf<409 | 422 | 500>();
      else expectTypeOf(data).toEqualTypeOf<{ readonly id: string } | undefined>();
      // @ts-expect-error the header is called Location
      answer.headers.get('Lokation');
    };
    expectTypeOf(read).returns.toEqualTypeOf<Promise<void>>();
  });

  it('refuses what the document does not have', () => {
    const { stock } = stockThat(200, []);
    const wrong = (): unknown[] => [
      // @ts-expect-error there is no such path
      stock.GET('/shelfs'),
      // @ts-expect-error there is no PUT
      stock.PUT,
      // @ts-expect-error a body is required
      stock.POST('/shelves'),
      // @ts-expect-error name is missing
      stock.POST('/shelves', { body: {} }),
      // @ts-expect-error the field is called name
      stock.POST('/shelves', { body: { name: 'tall', nmae: 'tall' } }),
      // @ts-expect-error the header is called Idempotency-Key
      stock.POST('/shelves', { body: { name: 'tall' }, headers: { 'Idempotence-Key': 'k' } }),
      // @ts-expect-error the path needs its id
      stock.GET('/shelves/{id}/items'),
      // @ts-expect-error there is no green
      stock.GET('/shelves/{id}/items', { path: { id: '1' }, query: { color: 'green' } }),
    ];
    expectTypeOf(wrong).returns.toEqualTypeOf<unknown[]>();
  });
});
