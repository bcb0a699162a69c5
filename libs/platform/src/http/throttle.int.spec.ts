// How many requests of one user and of one address are taken, over HTTP.
import { afterEach, describe, expect, it } from 'vitest';
import { problem } from '../../../../test/support/platform/problem.js';
import {
  startTinyApp,
  type Answer,
  type TinyApp,
  type TinyOptions,
} from '../../../../test/support/platform/tiny-app.js';
import { noRateLimits } from '../../../../tools/system/no-rate-limits.js';

let app: TinyApp;
afterEach(() => app.close());

/** Longer than any test takes: a window does not end in the middle of one. */
const windowSeconds = 600;

async function start(limits: object, options: TinyOptions = {}): Promise<void> {
  app = await startTinyApp({ ...options, limits: { ...noRateLimits, windowSeconds, ...limits } });
}

async function times(count: number, send: () => Promise<Answer>): Promise<number[]> {
  const statuses: number[] = [];
  for (let n = 0; n < count; n += 1) statuses.push((await send()).status);
  return statuses;
}

function expectRefusal(answer: Answer): void {
  expect([problem(answer), answer.json.code]).toEqual([429, 'too-many-requests']);
  expect(Number(answer.headers['retry-after'])).toSatisfy((wait: number) => wait >= 1 && wait <= windowSeconds);
}

describe('one user', () => {
  const as = async (user: string, ...roles: string[]) => ({
    authorization: `Bearer ${await app.token(user, ...roles)}`,
  });

  it('gets 100 answers in a window and the 101st is a 429 with Retry-After, whatever the route', async () => {
    await start({ perUser: 100 });
    const headers = await as('alice', 'customer');
    const list = () => app.send('GET', '/orders', { headers });
    expect(await times(100, list)).toEqual(Array(100).fill(200));
    expectRefusal(await list());
    expectRefusal(await app.send('POST', '/orders', { headers, body: { lines: [{ sku: 'mug', quantity: 1 }] } }));
  });

  it('is the same with another token and another role, and nobody else', async () => {
    await start({ perUser: 2 });
    const list = async (user: string, ...roles: string[]) =>
      (await app.send('GET', '/orders', { headers: await as(user, ...roles) })).status;
    expect(await list('alice', 'customer')).toBe(200);
    expect(await list('alice', 'customer', 'operator')).toBe(200);
    expect(await list('alice', 'customer')).toBe(429);
    expect(await list('bob', 'customer')).toBe(200);
  });
});

describe('one address', () => {
  /** What cannot be decoded, and an id that is longer than any. */
  const unreadable = ['/%zz', `/orders/${'x'.repeat(2_049)}`];
  const list =
    (headers: Record<string, string> = {}) =>
    () =>
      app.send('GET', '/orders', { headers });

  it('is counted without a token, with a wrong one, and where there is no route: guessing is no way round', async () => {
    await start({ perAddress: 3 });
    expect(await times(1, list())).toEqual([401]);
    expect(await times(1, list({ authorization: 'Bearer guessed' }))).toEqual([401]);
    expect(await times(1, () => app.send('GET', '/nowhere'))).toEqual([404]);
    for (const path of ['/orders', '/nowhere', '/ops/open', ...unreadable]) expectRefusal(await app.send('GET', path));
  });

  it('is counted where the address cannot be read, or more is expected than anybody does, or no host is named', async () => {
    await start({ perAddress: 5 });
    const tries = [...unreadable, '/ops/open'].map(
      (path, at) => () => app.send('GET', path, { headers: at === 2 ? { expect: 'miracles' } : {} }),
    );
    expect(await Promise.all(tries.map((ask) => times(1, ask)))).toEqual([[400], [414], [417]]);
    expect(await app.raw('GET /ops/open HTTP/1.1\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await times(2, () => app.send('GET', '/ops/open'))).toEqual([200, 429]);
  });

  it('asks after health as often as it likes', async () => {
    await start({ perAddress: 1 });
    expect(await times(2, () => app.send('GET', '/ops/open'))).toEqual([200, 429]);
    expect(await times(5, () => app.send('GET', '/health/live'))).toEqual(Array(5).fill(200));
    expect(await times(2, () => app.send('GET', '/health/ready'))).toEqual([200, 200]);
  });

  it('is that of the connection: nobody gets a new one by X-Forwarded-For', async () => {
    await start({ perAddress: 1 });
    expect(await times(1, list({ 'x-forwarded-for': '192.0.2.1' }))).toEqual([401]);
    expectRefusal(await list({ 'x-forwarded-for': '192.0.2.2' })());
  });

  it('is what a trusted proxy says: the last one in the list that is no proxy of ours', async () => {
    await start({ perAddress: 1 }, { trustProxy: '127.0.0.1, 10.0.0.0/8' });
    const from = (forwarded: string) => list({ 'x-forwarded-for': forwarded })();
    expect((await from('192.0.2.1, 10.1.2.3')).status).toBe(401);
    expect((await from('192.0.2.2')).status).toBe(401);
    expectRefusal(await from('203.0.113.9, 192.0.2.1')); // what the caller wrote itself, in front of what the proxy saw
    expectRefusal(await from('192.0.2.2, 10.1.2.3'));
  });
});
