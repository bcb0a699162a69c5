// What the logs say, and what they must not.
import { describe, expect, it } from 'vitest';
import { MessageContext } from '@app/event-store/core';
import { createLogger } from './logger.js';

function capture() {
  const lines: string[] = [];
  const logger = createLogger({ name: 'order-service', level: 'debug' }, { write: (line) => void lines.push(line) });
  return { logger, lines, last: () => JSON.parse(lines.at(-1)!) as Record<string, unknown> };
}

describe('a log line', () => {
  it('is JSON with the service, the level by name and the time', () => {
    const { logger, last } = capture();
    logger.warn('careful');
    expect(last()).toMatchObject({ level: 'warn', service: 'order-service', msg: 'careful' });
    expect(Number.isNaN(Date.parse(String(last().time)))).toBe(false);
  });

  it('carries the correlation id of what is being handled, once', () => {
    const { logger, lines } = capture();
    MessageContext.run(new MessageContext({ correlationId: 'c-1' }), () => {
      logger.info('inside');
      logger.info({ correlationId: 'c-2' }, 'own');
    });
    expect(lines.map((line) => line.match(/"correlationId":"[^"]*"/g))).toEqual([
      ['"correlationId":"c-1"'],
      ['"correlationId":"c-2"'],
    ]);
  });

  it('carries the id of the trace it was written in, and none outside of one', () => {
    const { logger, last } = capture();
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
    MessageContext.run(new MessageContext({ correlationId: 'c-1', traceparent }), () => logger.info('inside'));
    expect(last()).toMatchObject({ correlationId: 'c-1', traceId });
    MessageContext.run(new MessageContext({ correlationId: 'c-1' }), () => logger.info('untraced'));
    expect(last()).not.toHaveProperty('traceId');
  });

  it.each([
    'authorization',
    'cookie',
    'set-cookie',
    'token',
    'access_token',
    'password',
    'secret',
    'email',
    'cardNumber',
    'userPassword',
    'x-api-key',
    'CARD_NUMBER_2',
  ])('hides %s, on three levels', (name) => {
    const { logger, lines } = capture();
    logger.info({
      [name]: 'canary4711',
      headers: { [name]: 'canary4711' },
      req: { headers: { [name]: 'canary4711' } },
    });
    expect(lines.join()).not.toContain('canary4711');
    expect(lines.join().match(/\[redacted\]/g)).toHaveLength(3);
  });

  it('hides them in lists, deep down, and in what a logger of its own says every time', () => {
    const { logger, lines } = capture();
    logger.info({
      users: [{ name: 'alice', userPassword: 'canary4711' }],
      a: { b: { c: { apiKeys: ['canary4711'] } } },
    });
    logger.child({ 'x-api-key': 'canary4711' }).info('by');
    expect(lines.join()).not.toContain('canary4711');
    expect(lines.join()).toContain('"name":"alice"');
    expect(lines.join().match(/\[redacted\]/g)).toHaveLength(3);
  });

  it('leaves what was handed to it as it was', () => {
    const { logger } = capture();
    const given = { user: { password: 'hunter2' } };
    logger.info(given);
    expect(given).toEqual({ user: { password: 'hunter2' } });
  });

  it('says of an error what went wrong and where, not with which data', () => {
    const { logger, lines, last } = capture();
    const cause = Object.assign(new Error('duplicate key'), { code: '23505', detail: 'Key (email)=(canary4711)' });
    logger.error({
      err: Object.assign(new Error('failed', { cause }), { parameters: ['canary4711'], query: 'INSERT' }),
    });
    expect(lines.join()).not.toContain('canary4711');
    expect(last().err).toMatchObject({ message: 'failed', cause: { message: 'duplicate key', code: '23505' } });
  });
});
