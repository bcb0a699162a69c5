// What headers may say and what they lead to; and what an error from the inside looks like outside.
import { Logger, ServiceUnavailableException } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  DomainError,
  InvalidEventError,
  InvalidRequestError,
  UnavailableError,
  WrongExpectedVersionError,
} from '@app/event-store/core';
import { VersionMismatchError } from '@app/kernel';
import { problem } from '../../../../test/support/platform/problem.js';
import {
  CommandForbiddenError,
  InvalidCommandError,
  ProjectionBehindError,
  ProjectionHeldBackError,
} from '@app/event-store';
import { faults, startTinyApp, type TinyApp } from '../../../../test/support/platform/tiny-app.js';

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

  it.each(['idempotency-key', 'x-correlation-id'])('CR, LF and NUL in %s are a 400 and never echoed', async (name) => {
    for (const evil of ['a\rb: canary4711', 'a\nb: canary4711', 'a\r\n canary4711', 'a\u0000canary4711']) {
      const answer = await app.raw(
        `GET /ops/open HTTP/1.1\r\nHost: x\r\n${name}: ${evil}\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).toContain('application/problem+json');
      expect(answer).not.toContain('canary4711');
    }
  });

  it.each([
    'GET / HTTP/9.9\r\n\r\n',
    'nonsense\r\n\r\n',
    'GET /orders HTTP/1.1\r\nConnection: close\r\n\r\n',
    '\u0016\u0003\u0001\r\n\r\n',
  ])('what is hardly HTTP (%j) is a 400', async (bytes) => {
    const answer = await app.raw(bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    const [, named] = /^x-correlation-id: (\S+)\r$/m.exec(answer) ?? [];
    expect(JSON.parse(answer.split('\r\n\r\n')[1]!)).toMatchObject({ correlationId: named ?? 'none is named' });
  });

  it('Expect that says anything but 100-continue is a 417 like every other problem', async () => {
    const answer = await get('/orders', { expect: 'miracles' });
    expect([problem(answer), answer.json.code]).toEqual([417, 'expectation-failed']);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect((await get('/orders', { expect: '100-continue' })).status).toBe(200);
  });

  it('a URL that cannot be read is a problem like every other, and gets its line in the log', async () => {
    const log = vi.spyOn(Logger.prototype, 'log');
    try {
      const answer = await get('/orders/%zz', { 'x-correlation-id': 'unreadable-1' });
      expect([problem(answer), answer.json.code]).toEqual([400, 'bad-url']);
      const said = { method: 'GET', route: 'none', status: 400, correlationId: 'unreadable-1' };
      await vi.waitFor(() => expect(log).toHaveBeenCalledWith(expect.objectContaining(said), 'GET none 400'));
    } finally {
      log.mockRestore();
    }
  });

  it('more than 16 kB of them are a 431', async () => {
    const answer = await app.raw(`GET /ops/open HTTP/1.1\r\nHost: x\r\nX-Big: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('of the answer keep browsers from guessing and framing', async () => {
    for (const path of ['/orders', '/nowhere', '/%zz', `/orders/${'x'.repeat(2_049)}`]) {
      const { headers } = await app.send('GET', path);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'SAMEORIGIN',
        'referrer-policy': 'no-referrer',
        'strict-transport-security': expect.stringMatching(/^max-age=31536000\b/) as string,
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'content-security-policy':
          "default-src 'self';style-src 'self' 'unsafe-inline';img-src 'self' data:;base-uri 'none';frame-ancestors 'none';object-src 'none'",
      });
      expect(headers).not.toHaveProperty('x-powered-by');
    }
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

  it('however the address is spelled it is the same command, and the target is left to the content', async () => {
    const cancel = async (id: string) =>
      (await post({}, { 'idempotency-key': 'key-1' }, `/orders/${id}/cancel`)).json.commandId;
    const first = await cancel('0198c0de-7a11-7000-8000-000000000001');
    expect(first).toEqual(expect.any(String));
    expect(await cancel('0198C0DE-7A11-7000-8000-000000000001')).toBe(first);
    expect(await cancel('%30198c0de-7a11-7000-8000-000000000001')).toBe(first);
    expect(await cancel('0198c0de-7a11-7000-8000-000000000002')).toBe(first);
    expect((await place('key-1')).json.commandId).not.toBe(first);
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

describe('If-Match', () => {
  const cancel = (ifMatch: string) =>
    post({}, { 'if-match': ifMatch }, '/orders/0198c0de-7a11-7000-8000-000000000001/cancel');

  it.each([
    ['"3"', 3],
    ['*', null],
  ])('%s means version %s', async (ifMatch, version) => {
    expect((await cancel(ifMatch)).json.version).toBe(version);
  });

  it.each(['W/"1"', 'W/"abc"', '"03"', '"-1"', '""', '"abc"', '"9999999999"', '"canary4711"'])(
    '%s is an ETag that fits no version: 412',
    async (ifMatch) => {
      const answer = await cancel(ifMatch);
      expect([problem(answer), answer.json.code]).toEqual([412, 'version-mismatch']);
      expect(answer.text).not.toContain('canary4711');
    },
  );

  it.each(['3', '"1", "2"', 'w/"1"', 'W/1', 'W/', '"a b"', '"', 'canary4711'])('%s is a 400', async (ifMatch) => {
    const answer = await cancel(ifMatch);
    expect([problem(answer), answer.json.code]).toEqual([400, 'if-match-invalid']);
    expect(answer.text).not.toContain('canary4711');
  });

  it('that names another version than is decided on is a 412 with the current ETag', async () => {
    faults.set('now', () => new VersionMismatchError(1, 2));
    const answer = await get('/orders/faults/now');
    expect([problem(answer), answer.json.code, answer.headers.etag]).toEqual([412, 'version-mismatch', '"2"']);
  });
});

/** As TypeORM says that the database refused a statement. */
function refusedWith(state: string): Error {
  return Object.assign(new Error('hunter2'), { driverError: { code: state } });
}

describe('errors from the inside', () => {
  class NotShippable extends DomainError {
    readonly code = 'order-not-shippable';
  }
  class Unknown extends DomainError {
    readonly code = 'sku-unknown';
    override readonly kind = 'invalid';
  }

  it.each<[number, string, () => unknown]>([
    [409, 'order-not-shippable', () => new NotShippable('Not yet.')],
    [403, 'ES-2005', () => new CommandForbiddenError('ShipOrder')],
    [422, 'sku-unknown', () => new Unknown('There is no such sku.')],
    [409, 'ES-1001', () => new WrongExpectedVersionError('order-1', 1, 2)],
    [400, 'ES-1003', () => new InvalidEventError('order.placed', 'data has too many bytes', true)],
    [500, 'internal-error', () => new InvalidEventError('order.placed', 'data.at is a Date')],
    [400, 'ES-1010', () => new InvalidRequestError('Expected a version from 1, got 0.')],
    [503, 'ES-1201', () => new UnavailableError('PostgreSQL', new Error('password=hunter2'))],
    [503, 'unavailable', () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })],
    ...['57P01', '57P03', '53300', '53100', '25006', '57014', '55P03', '40001', '40P01', '08006'].map(
      (state): [number, string, () => unknown] => [503, 'unavailable', () => refusedWith(state)],
    ),
    [503, 'ES-1310', () => new ProjectionBehindError('hunter2', 7n, 5n, 10_000)],
    [503, 'service-unavailable', () => new ServiceUnavailableException('hunter2')],
    [503, 'unavailable', () => new Error('Query read timeout')],
    [503, 'unavailable', () => new Error('timeout exceeded when trying to connect')],
    [500, 'internal-error', () => refusedWith('42P01')],
    [500, 'internal-error', () => refusedWith('23505')],
    [500, 'internal-error', () => refusedWith('22P02')],
    [400, 'text-not-storable', () => Object.assign(new Error('failed'), { driverError: { code: '22P05' } })],
    [500, 'internal-error', () => new TypeError('hunter2 is not a function')],
    [500, 'internal-error', () => 'hunter2'],
    [500, 'internal-error', () => undefined],
  ])('%i %s', async (status, code, fault) => {
    faults.set('now', fault);
    const answer = await get('/orders/faults/now');
    expect(problem(answer)).toBe(status);
    expect(answer.json.code).toBe(code);
    expect(answer.text).not.toContain('hunter2');
    expect(answer.headers['retry-after']).toBe(status === 503 ? '1' : undefined);
  });

  it('a read model that waits for an operator is to be asked again later than one that is late', async () => {
    faults.set('now', () => new ProjectionHeldBackError('hunter2', 7n, 'order-1', 5n));
    const answer = await get('/orders/faults/now');
    expect([problem(answer), answer.json.code, answer.headers['retry-after']]).toEqual([503, 'ES-1311', '60']);
    expect(answer.text).not.toContain('order-1');
  });

  it('a command that is not valid is a 422 that names its fields', async () => {
    const errors = [{ field: 'count', rule: 'min', message: 'count must not be less than 1' }];
    faults.set('now', () => new InvalidCommandError('FillShelf', errors));
    const answer = await get('/orders/faults/now');
    expect([problem(answer), answer.json.code, answer.json.errors]).toEqual([422, 'ES-2004', errors]);
  });
});
