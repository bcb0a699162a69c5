import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTinyApp, type TinyApp } from '../../../../test/support/platform/tiny-app.js';

const origin = 'https://shop.example.com';
const others = ['https://evil.example', 'https://shop.example.com.evil.example', 'http://shop.example.com', 'null'];

let open: TinyApp;
let closed: TinyApp;
beforeAll(async () => {
  open = await startTinyApp({
    origins: [origin, 'https://admin.example.com'],
    limits: { windowSeconds: 60, perUser: 100, perAddress: 100 },
  });
  closed = await startTinyApp();
});
afterAll(async () => {
  await open.close();
  await closed.close();
});

const preflight = (app: TinyApp, from: string, path = '/orders') =>
  app.send('OPTIONS', path, {
    headers: {
      origin: from,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,idempotency-key',
    },
  });
const corsIn = (headers: object) => Object.keys(headers).filter((name) => name.startsWith('access-control-'));

describe('a page of an origin that is named', () => {
  it('may read answers and the headers it needs, refusals included, and nothing with cookies', async () => {
    const authorization = `Bearer ${await open.token('alice', 'customer')}`;
    const strange = { 'x-correlation-id': 'two words' };
    const [answered, refused, unknown, unreadable, malformed] = [
      await open.send('GET', '/orders', { headers: { origin, authorization } }),
      await open.send('GET', '/orders', { headers: { origin } }),
      await open.send('GET', '/nowhere', { headers: { origin, authorization } }),
      await open.send('GET', '/%zz', { headers: { origin, authorization } }),
      await open.send('GET', '/orders', { headers: { origin, authorization, ...strange } }),
    ];
    const all = [answered, refused, unknown, unreadable, malformed];
    expect(all.map(({ status }) => status)).toEqual([200, 401, 404, 400, 400]);
    for (const { headers } of all) {
      expect(headers['access-control-allow-origin']).toBe(origin);
      expect(headers['vary']).toMatch(/\bOrigin\b/);
      expect(headers['access-control-expose-headers']!.split(', ')).toEqual(
        expect.arrayContaining(
          'etag event-position retry-after idempotency-key idempotency-replayed x-correlation-id'.split(' '),
        ),
      );
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
    }
  });

  it('is told before its request what it may send, without a token', async () => {
    const { status, headers, text } = await preflight(open, origin);
    expect([status, text]).toEqual([204, '']);
    expect(headers['access-control-allow-origin']).toBe(origin);
    expect(headers['access-control-allow-methods']).toBe('GET, HEAD, POST, PUT, PATCH, DELETE');
    expect(headers['access-control-allow-headers']!.split(', ')).toEqual(
      expect.arrayContaining(
        'authorization content-type idempotency-key if-match prefer event-position x-correlation-id'.split(' '),
      ),
    );
    expect(headers['access-control-max-age']).toBe('600');
    expect((await preflight(open, 'https://admin.example.com')).status).toBe(204);
  });

  it('is counted like everybody, and may read that it was too often', async () => {
    const few = await startTinyApp({ origins: [origin], limits: { windowSeconds: 60, perUser: 1, perAddress: 1 } });
    try {
      expect((await preflight(few, origin)).status).toBe(204);
      const { status, headers } = await preflight(few, origin);
      expect([status, headers['access-control-allow-origin']]).toEqual([429, origin]);
    } finally {
      await few.close();
    }
  });
});

describe('any other page', () => {
  it.each(others)('of %s is told nothing', async (from) => {
    const authorization = `Bearer ${await open.token('alice', 'customer')}`;
    const answer = await open.send('GET', '/orders', { headers: { origin: from, authorization } });
    expect([answer.status, corsIn(answer.headers)]).toEqual([200, []]); // it is the browser that keeps it from the page
    expect(answer.headers['vary']).toMatch(/\bOrigin\b/); // a cache must not give it to the page that may
    const asked = await preflight(open, from);
    expect([asked.status, corsIn(asked.headers)]).toEqual([405, []]);
  });

  it('is told nothing of a service that names no origin', async () => {
    const asked = await preflight(closed, origin);
    expect([asked.status, corsIn(asked.headers)]).toEqual([405, []]);
    const { headers } = await closed.send('GET', '/ops/open', { headers: { origin } });
    expect(corsIn(headers)).toEqual([]);
    expect(headers).not.toHaveProperty('vary');
  });
});
