// What a developer reads in the terminal.
import { expect, it } from 'vitest';
import { readable } from './follow-log.js';

it('a line of the log is shown with its time, level, context and message', () => {
  const line = {
    level: 'info',
    time: '2026-11-21T08:04:05.123Z',
    service: 'order-service',
    pid: 7,
    context: 'http',
    msg: 'POST /orders 201',
  };
  expect(readable(JSON.stringify(line))).toBe('08:04:05.123 info (http) POST /orders 201');
});

it('an error is shown with its stack', () => {
  const line = {
    level: 'error',
    time: '2026-11-21T08:04:05.123Z',
    msg: 'Answered 500',
    err: { stack: 'Error: no\n    at here' },
  };
  expect(readable(JSON.stringify(line))).toBe('08:04:05.123 error Answered 500\nError: no\n    at here');
});

it('text that is no JSON is shown as it is', () => {
  expect(readable('{ not json')).toBe('{ not json');
  expect(readable('Warning: something')).toBe('Warning: something');
});

it('how Nest builds itself is not shown, unless something is wrong with it', () => {
  const line = {
    level: 'info',
    time: '2026-11-21T08:04:05.123Z',
    context: 'RouterExplorer',
    msg: 'Mapped {/orders, POST} route',
  };
  expect(readable(JSON.stringify(line))).toBeUndefined();
  expect(readable(JSON.stringify({ ...line, level: 'warn' }))).toContain('Mapped');
});
