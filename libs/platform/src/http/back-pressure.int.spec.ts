// More requests than a service can take, and requests that take too long.
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { Controller, Get, Logger, Post } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../../test/support/eventually.js';
import { problem } from '../../../../test/support/platform/problem.js';
import { startTinyApp, type Answer, type TinyApp } from '../../../../test/support/platform/tiny-app.js';
import { Public } from '../auth/access.decorators.js';

let open: () => void;
let gate: Promise<void>;
let atWork = 0;
let fault: Error | undefined;

@Public()
@Controller()
class BusyController {
  @Get('work')
  async work() {
    atWork += 1;
    await gate;
    atWork -= 1;
    if (fault) throw fault;
    return { done: true };
  }

  @Post('work')
  change() {
    return this.work();
  }
}

let app: TinyApp;
beforeEach(() => {
  gate = new Promise((resolve) => (open = resolve));
  atWork = 0;
  fault = undefined;
});
afterEach(async () => {
  open();
  await app.close();
});

const sockets: Socket[] = [];
afterEach(() => sockets.splice(0).forEach((socket) => socket.destroy()));

/** A POST that says there is a body, sends one byte of it, and no more before it is told to. */
async function halfSent() {
  const socket = createConnection({ port: app.port, host: '127.0.0.1' });
  sockets.push(socket);
  const arriving = once(app.nest.getHttpServer(), 'request');
  socket.write(
    'POST /work HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{',
  );
  await arriving;
  return { finish: () => socket.write('}'), leave: () => socket.destroy(), answer: text(socket).catch(() => 'left') };
}

const work = () => app.send('GET', '/work');
const started = (requests: number) => eventually(() => expect(atWork).toBe(requests));
const expectOverloaded = (answer: Answer) =>
  expect([problem(answer), answer.json.code, answer.headers['retry-after']]).toEqual([503, 'overloaded', '1']);

describe('a service with as much in hand as it takes', () => {
  beforeEach(async () => {
    app = await startTinyApp({ requests: { maxInFlight: 3, deadlineMs: 20_000 }, controllers: [BusyController] });
  });

  it('refuses more with 503 and Retry-After at once, and is itself again when something is done', async () => {
    const taken = [work(), work(), work()];
    await started(3);
    for (const answer of await Promise.all([work(), work()])) expectOverloaded(answer);
    open();
    expect((await Promise.all(taken)).map(({ status }) => status)).toEqual([200, 200, 200]);
    for (let time = 0; time < 10; time += 1) expect((await work()).status).toBe(200);
  });

  it('still says that it lives', async () => {
    const taken = [work(), work(), work()];
    await started(3);
    expect((await app.send('GET', '/health/live')).status).toBe(200);
    expectOverloaded(await app.send('GET', '/orders'));
    open();
    await Promise.all(taken);
  });

  it('refuses with 503 and Retry-After what comes on a connection that is kept while it stops', async () => {
    const socket = createConnection({ port: app.port, host: '127.0.0.1' });
    const heard = text(socket);
    const ask = () => socket.write('GET /work HTTP/1.1\r\nHost: x\r\n\r\n');
    ask();
    await started(1);
    const closed = app.nest.close();
    await eventually(() => expect(app.nest.getHttpServer().listening).toBe(false));
    ask();
    open();
    const [, first, second] = (await heard).split('HTTP/1.1 ');
    await closed;
    expect(first).toMatch(/^200 /);
    expect(second).toMatch(/^503 [^]*retry-after: 1\r\n[^]*application\/problem\+json[^]*"code":"stopping"/);
  });

  it('counts the work of callers who gave up until it has ended', async () => {
    const leave = new AbortController();
    const url = `http://127.0.0.1:${app.port}/work`;
    const left = [1, 2, 3].map(() =>
      fetch(url, { signal: leave.signal, headers: { connection: 'close' } }).catch(() => 'left'),
    );
    await started(3);
    leave.abort();
    expect(await Promise.all(left)).toEqual(['left', 'left', 'left']);
    for (let time = 0; time < 10; time += 1) expectOverloaded(await work());
    open();
    await eventually(async () => expect((await work()).status).toBe(200));
  });
});

describe('requests whose body has not arrived', () => {
  const start = (limits: object = {}) =>
    startTinyApp({ requests: { maxInFlight: 3, deadlineMs: 20_000, ...limits }, controllers: [BusyController] });

  it('take no place of those in hand, whose number they may exceed, and are done when they have arrived', async () => {
    app = await start();
    const halves = [await halfSent(), await halfSent(), await halfSent(), await halfSent()];
    open();
    expect((await app.send('POST', '/work', { body: {} })).status).toBe(201);
    expect((await work()).status).toBe(200);
    for (const half of halves) half.finish();
    for (const half of halves) expect(await half.answer).toMatch(/^HTTP\/1\.1 201 /);
  });

  it('are refused with 503 and Retry-After if there is no place for them when they have arrived', async () => {
    app = await start();
    const half = await halfSent();
    const taken = [work(), work(), work()];
    await started(3);
    half.finish();
    expect(await half.answer).toMatch(/^HTTP\/1\.1 503 [^]*retry-after: 1\r\n[^]*"code":"overloaded"/);
    open();
    await Promise.all(taken);
    expect((await work()).status).toBe(200);
  });

  it('are taken of one address up to a number, and 429 with Retry-After says so; what has no body is no such request', async () => {
    app = await start({ maxArrivingPerAddress: 2 });
    const halves = [await halfSent(), await halfSent()];
    open();
    const post = () => app.send('POST', '/work', { body: {} });
    const more = await post();
    expect([problem(more), more.json.code, more.headers['retry-after']]).toEqual([429, 'too-many-requests', '1']);
    expect((await work()).status).toBe(200);
    halves[0]!.leave();
    await eventually(async () => expect((await post()).status).toBe(201));
    halves[1]!.finish();
    expect(await halves[1]!.answer).toMatch(/^HTTP\/1\.1 201 /);
  });

  it('are taken of all together up to a number, then 503', async () => {
    app = await start({ maxArriving: 1 });
    const half = await halfSent();
    expectOverloaded(await app.send('POST', '/work', { body: {} }));
    half.finish();
    await started(1);
    open();
    expect((await app.send('POST', '/work', { body: {} })).status).toBe(201);
  });

  it('are answered with 408 when their time is up, and closed: a service that stops does not wait for them longer', async () => {
    app = await start({ deadlineMs: 200 });
    const half = await halfSent();
    const closed = app.nest.close();
    expect(await half.answer).toMatch(/^HTTP\/1\.1 408 [^]*connection: close\r\n[^]*"code":"request-timeout"/i);
    await closed;
  });

  it('are finished by a service that stops', async () => {
    app = await start();
    const half = await halfSent();
    const closed = app.nest.close();
    await eventually(() => expect(app.nest.getHttpServer().listening).toBe(false));
    open();
    half.finish();
    expect(await half.answer).toMatch(/^HTTP\/1\.1 201 /);
    await closed;
  });
});

describe('a request that takes too long', () => {
  beforeEach(async () => {
    app = await startTinyApp({ requests: { maxInFlight: 1, deadlineMs: 200 }, controllers: [BusyController] });
  });

  it.each([undefined, { anything: 1 }])(
    'is answered with 503 and Retry-After when its time is up, with a body of %j',
    async (body) => {
      const late = await app.send(body ? 'POST' : 'GET', '/work', { body });
      expect([problem(late), late.json.code, late.headers['retry-after']]).toEqual([503, 'deadline-passed', '1']);
      open();
      await started(0);
      expect((await work()).status).toBe(200);
    },
  );

  it('counts behind its answer until its work has ended, so that no more of it is begun', async () => {
    expect((await work()).json.code).toBe('deadline-passed');
    for (let time = 0; time < 10; time += 1) expectOverloaded(await work());
    expect(atWork).toBe(1);
    open();
    await eventually(async () => expect((await work()).status).toBe(200));
  });

  it('that fails behind its answer is neither answered nor reported again', async () => {
    const said = { error: vi.spyOn(Logger.prototype, 'error'), debug: vi.spyOn(Logger.prototype, 'debug') };
    try {
      fault = new Error('Query read timeout');
      expect((await work()).json.code).toBe('deadline-passed');
      open();
      await eventually(() => expect(said.debug).toHaveBeenCalledTimes(1));
      expect(said.error.mock.calls.map(([about]) => (about as { code: string }).code)).toEqual(['deadline-passed']);
    } finally {
      vi.restoreAllMocks();
    }
  });
});

describe('work that never ends', () => {
  it('is given up some time behind its answer, and a line names its route', async () => {
    app = await startTinyApp({
      requests: { maxInFlight: 1, deadlineMs: 100, lostAfterMs: 300 },
      controllers: [BusyController],
    });
    const error = vi.spyOn(Logger.prototype, 'error');
    try {
      expect((await work()).json.code).toBe('deadline-passed');
      expectOverloaded(await work());
      await eventually(async () => expect((await work()).json.code).toBe('deadline-passed'));
      expect(error.mock.calls.map(([, line]) => line as string)).toContain(
        'GET /work has not ended in 300 ms; given up',
      );
    } finally {
      vi.restoreAllMocks();
    }
  });
});
