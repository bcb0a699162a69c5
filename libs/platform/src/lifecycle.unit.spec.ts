// A service ends with the right exit code, in time, and once.
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { exitOnUncaught, stopWhenAsked, type ProcessPort } from './lifecycle.js';

function fakeProcess() {
  const listeners = new Map<string, (cause?: unknown) => void>();
  const exits: number[] = [];
  const port: ProcessPort = {
    on: (event, listener) => listeners.set(event, listener),
    exit: (code) => exits.push(code),
  };
  return { port, exits, emit: (event: string, cause?: unknown) => listeners.get(event)!(cause) };
}

const logger = pino({ level: 'silent' });

describe('a service that is asked to stop', () => {
  it.each(['SIGTERM', 'SIGINT', 'disconnect'])('by %s closes and exits 0, once', async (event) => {
    const { port, exits, emit } = fakeProcess();
    let closed = 0;
    stopWhenAsked({ logger, close: () => Promise.resolve(void closed++) }, port);
    emit(event);
    emit('SIGTERM');
    await eventually(() => expect(exits).toEqual([0]));
    expect(closed).toBe(1);
  });

  it('exits 1 when closing fails', async () => {
    const { port, exits, emit } = fakeProcess();
    stopWhenAsked({ logger, close: () => Promise.reject(new Error('no')) }, port);
    emit('SIGTERM');
    await eventually(() => expect(exits).toEqual([1]));
  });

  it('exits 1 when closing takes too long', async () => {
    const { port, exits, emit } = fakeProcess();
    stopWhenAsked({ logger, close: () => new Promise(() => {}), stopWithinMs: 20 }, port);
    emit('SIGTERM');
    expect(exits).toEqual([]);
    await eventually(() => expect(exits).toEqual([1]));
  });
});

describe('an error nobody caught', () => {
  it.each(['unhandledRejection', 'uncaughtException'])('%s ends the process with 1 and is logged', (event) => {
    const { port, exits, emit } = fakeProcess();
    const lines: string[] = [];
    exitOnUncaught(pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }), port);
    emit(event, new Error('lost'));
    expect(exits).toEqual([1]);
    expect(lines.join()).toContain('lost');
  });
});
