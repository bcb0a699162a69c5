// More requests than a service can take, and requests that take too long.
import { createConnection } from 'node:net';
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
