// What is understood of the two headers a read may wait by, and what is turned away.
import { describe, expect, it } from 'vitest';
import {
  ProjectionBehindError,
  ProjectionHeldBackError,
  TooManyWaitingError,
  UnknownPositionError,
} from '@app/event-store';
import { answerChange, eventPositionOf } from './event-position.js';
import { preferredWait } from './prefer.js';
import { problemOf } from './problem-of.js';
import { ProblemException } from './problem.js';

const refusal = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error instanceof ProblemException ? [error.problem.status, error.problem.code] : error;
  }
};

describe('Prefer: wait', () => {
  it.each([
    [undefined, undefined],
    ['', undefined],
    ['wait=2', 2],
    ['Wait = 7', 7],
    ['wait="3"', 3],
    ['wait=0', 0],
    ['respond-async, wait=4; foo=bar', 4],
    ['return=minimal', undefined],
    ['wait=1, wait=9', 1],
    ['foo="a, wait=9", wait=5', 5],
    ['x-wait=3', undefined],
    [',,;', undefined],
  ])('of %j is %j', (header, seconds) => expect(preferredWait(header)).toBe(seconds));

  it.each(['wait', 'wait=', 'wait=-1', 'wait=1.5', 'wait=two', 'wait=""', 'wait=1e3', 'wait=99999999999'])(
    'of %j is refused',
    (header) => expect(refusal(() => preferredWait(header))).toEqual([400, 'prefer-invalid']),
  );
});

describe('Event-Position', () => {
  const of = (value?: string) => eventPositionOf({ headers: value === undefined ? {} : { 'event-position': value } });

  it('is a place in the log', () => {
    expect([of(), of('1'), of('999999999999999999')]).toEqual([undefined, 1n, 999999999999999999n]);
  });

  it.each(['', '0', '-1', '01', '1.0', '0x1', '1, 2', 'latest', '9'.repeat(19)])('is not %j', (value) =>
    expect(refusal(() => of(value))).toEqual([400, 'event-position-invalid']),
  );

  it('is answered with the version by what has changed something', () => {
    const headers = new Map<string, string>();
    const reply = { header: (name: string, value: string) => headers.set(name, value) };
    answerChange(reply, { version: 3, position: 42n, repeated: false });
    expect(Object.fromEntries(headers)).toEqual({ etag: '"3"', 'event-position': '42' });
    headers.clear();
    answerChange(reply, { version: 3, position: 0n, repeated: false });
    expect(Object.fromEntries(headers)).toEqual({ etag: '"3"' });
    answerChange(reply, { version: 3, position: 0n, repeated: true });
    expect(Object.fromEntries(headers)).toEqual({ etag: '"3"', 'idempotency-replayed': 'true' });
  });
});

describe('a read that cannot show what it was to show', () => {
  it.each([
    ['is behind', new ProjectionBehindError('orders@v1', 9n, 7n, 2_000), 503, 'ES-1310', '1'],
    ['holds the stream back', new ProjectionHeldBackError('orders@v1', 9n, 'order-secret', 8n), 503, 'ES-1311', '60'],
    ['knows no such position', new UnknownPositionError(9n), 400, 'ES-1312', undefined],
    ['is waited for by too many', new TooManyWaitingError(1_000), 503, 'ES-1203', '1'],
  ])(
    'because the read model %s, says so with a code of its own, and names no stream',
    (_why, error, status, code, retryAfter) => {
      const problem = problemOf(error);
      expect([problem.status, problem.code, problem.headers?.['retry-after']]).toEqual([status, code, retryAfter]);
      expect(JSON.stringify(problem)).not.toContain('secret');
    },
  );
});
