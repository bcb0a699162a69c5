// Callers that keep a connection and do not get on with it, on raw sockets.
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../../test/support/eventually.js';
import { startTinyApp, type TinyApp } from '../../../../test/support/platform/tiny-app.js';

/** For what is not tried: longer than any test takes. */
const never = 600_000;
const timeouts = { headers: never, request: never, keepAlive: never, checkedEvery: 50 };

let app: TinyApp;
let socket: Socket | undefined;
afterEach(async () => {
  socket?.destroy();
  await app.close();
});

/** What comes back until the service closes the connection. */
function send(bytes: string): Promise<string> {
  const mine = (socket = createConnection({ port: app.port, host: '127.0.0.1' }));
  mine.write(bytes);
  return text(mine);
}

const refusal = /^HTTP\/1\.1 408 [^]*Connection: close\r\n[^]*application\/problem\+json[^]*"code":"request-timeout"/;

it('whose headers never end are answered with 408 and closed, however busily they send more of them', async () => {
  app = await startTinyApp({ timeouts: { ...timeouts, headers: 200 } });
  const answer = send('GET /ops/open HTTP/1.1\r\nHost: x\r\nX-Slow: ');
  const dribble = setInterval(() => socket?.writable && socket.write('x'), 10);
  try {
    expect(await answer).toMatch(refusal);
  } finally {
    clearInterval(dribble);
  }
});

it('whose body never ends are answered with 408 and closed, and free the place they had while it was on its way', async () => {
  const requests = { maxInFlight: 1, maxArriving: 1, deadlineMs: 20_000 };
  app = await startTinyApp({ requests, timeouts: { ...timeouts, headers: 200, request: 200 } });
  const head = 'POST /orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n';
  expect(await send(`${head}{`)).toMatch(refusal);
  expect((await app.send('POST', '/orders', { body: {} })).status).toBe(401);
});

describe('that keep their side of the connection open', () => {
  const open = () => promisify(app.nest.getHttpServer().getConnections.bind(app.nest.getHttpServer()))();

  it.each([
    ['speak no HTTP', 'x\r\n\r\n', 400],
    ['never end their headers', 'GET / HTTP/1.1\r\nX-Slow: ', 408],
    ['send too many of them', `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ])('and %s keep no socket of the service, which stops without waiting for them', async (_what, bytes, status) => {
    app = await startTinyApp({ timeouts: { ...timeouts, headers: status === 408 ? 100 : never } });
    const mine = (socket = createConnection({ port: app.port, host: '127.0.0.1', allowHalfOpen: true }));
    let heard = '';
    mine.on('data', (chunk) => (heard += String(chunk)));
    mine.write(bytes);
    await once(mine, 'end');
    expect(heard).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(mine.writable).toBe(true);
    await eventually(async () => expect(await open()).toBe(0));
    await app.nest.close();
  });
});

it('that ask nothing more on a connection they keep are closed', async () => {
  app = await startTinyApp({ timeouts: { ...timeouts, keepAlive: 50 } });
  expect(await send('GET /ops/open HTTP/1.1\r\nHost: x\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 [^]*\{"open":true\}$/);
});

it('have 10 s for headers, 15 s for all of a request, and 10 s until the next one, unless told otherwise', async () => {
  app = await startTinyApp();
  const { headersTimeout, requestTimeout, keepAliveTimeout } = app.nest.getHttpServer();
  expect({ headersTimeout, requestTimeout, keepAliveTimeout }).toEqual({
    headersTimeout: 10_000,
    requestTimeout: 15_000,
    keepAliveTimeout: 10_000,
  });
});
