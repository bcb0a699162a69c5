import {
  bufferCount,
  concatMap,
  delay,
  EMPTY,
  filter,
  finalize,
  from,
  map,
  mergeMap,
  NEVER,
  of,
  reduce,
  repeat,
  throwError,
  toArray,
} from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../core/index.js';
import { collectSaga, type SagaFunction } from './collect-saga.js';
import { UnsupportedSagaError } from './errors.js';

class Paid {
  constructor(readonly orderId: string) {}
}
class Confirm {
  constructor(readonly orderId: string) {}
}
const collect = (saga: SagaFunction, deadlineMs = 5_000) =>
  collectSaga(saga, new Paid('1'), { clock: systemClock, deadlineMs });
const confirm = (event: object): Confirm => new Confirm((event as Paid).orderId);

describe('collectSaga', () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  beforeEach(() => {
    process.on('unhandledRejection', note);
    process.on('uncaughtException', note);
  });
  afterEach(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    process.off('uncaughtException', note);
    expect(unhandled.splice(0)).toEqual([]);
  });

  it('collects the commands in order', async () => {
    expect(await collect((events$) => events$.pipe(map(confirm)))).toEqual([new Confirm('1')]);
    expect(await collect((events$) => events$.pipe(filter(() => false)))).toEqual([]);
    const several: SagaFunction = (events$) => events$.pipe(concatMap(() => of(new Confirm('a'), new Confirm('b'))));
    expect(await collect(several)).toEqual([new Confirm('a'), new Confirm('b')]);
  });

  it('waits for a stream that completes later', async () => {
    expect(await collect((events$) => events$.pipe(delay(5), map(confirm)))).toEqual([new Confirm('1')]);
    expect(await collect((events$) => events$.pipe(mergeMap(async (event) => confirm(event))))).toEqual([
      new Confirm('1'),
    ]);
  });

  it.each<[string, SagaFunction]>([
    [
      'outside the stream',
      () => {
        throw new Error('planned');
      },
    ],
    [
      'inside the stream',
      (events$) =>
        events$.pipe(
          map(() => {
            throw new Error('planned');
          }),
        ),
    ],
    ['as a stream', () => throwError(() => new Error('planned'))],
    ['in a promise', (events$) => events$.pipe(mergeMap(() => Promise.reject(new Error('planned'))))],
    [
      'after a command',
      (events$) =>
        events$.pipe(
          concatMap(() => from([of(new Confirm('1')), throwError(() => new Error('planned'))])),
          concatMap((inner) => inner),
        ),
    ],
    [
      'after a pause',
      (events$) =>
        events$.pipe(
          delay(5),
          map(() => {
            throw new Error('planned');
          }),
        ),
    ],
  ])('rejects with what a saga throws %s', async (_where, saga) => {
    await expect(collect(saga)).rejects.toThrow('planned');
  });

  it('gives every event a fresh pipeline: a throw does not kill the saga', async () => {
    let calls = 0;
    const saga: SagaFunction = (events$) =>
      events$.pipe(
        map((event) => {
          calls += 1;
          if (calls === 1) throw new Error('planned');
          return confirm(event);
        }),
      );
    await expect(collect(saga)).rejects.toThrow('planned');
    expect(await collect(saga)).toEqual([new Confirm('1')]);
  });

  it.each<[string, SagaFunction]>([
    ['never ends', (events$) => events$.pipe(mergeMap(() => NEVER))],
    ['waits longer than the deadline', (events$) => events$.pipe(delay(60_000), map(confirm))],
    [
      'never ends and minds being stopped',
      () =>
        NEVER.pipe(
          finalize(() => {
            throw new Error('planned');
          }),
        ),
    ],
  ])('fails a saga that %s, and names the way out', async (_what, saga) => {
    const failure = collect(saga, 20);
    await expect(failure).rejects.toThrow(UnsupportedSagaError);
    await expect(failure).rejects.toThrow(/operators that span events or time .* use a process manager/);
  });

  it('lets go of a saga that missed the deadline', async () => {
    let released = false;
    await expect(collect(() => NEVER.pipe(finalize(() => (released = true))), 10)).rejects.toThrow(
      'did not complete within 10 ms',
    );
    expect(released).toBe(true);
  });

  it('stops a loop that would never give control back', async () => {
    await expect(collect((events$) => events$.pipe(map(confirm), repeat()))).rejects.toThrow('more than 1000 commands');
  });

  it.each<[string, SagaFunction]>([
    [
      'bufferCount',
      (events$) =>
        events$.pipe(
          bufferCount(2),
          map(() => new Confirm('1')),
        ),
    ],
    [
      'toArray',
      (events$) =>
        events$.pipe(
          toArray(),
          map(() => new Confirm('1')),
        ),
    ],
    [
      'reduce',
      (events$) =>
        events$.pipe(
          reduce((count) => count + 1, 0),
          map(() => new Confirm('1')),
        ),
    ],
  ])('refuses an operator that waits for more events: %s', async (_name, saga) => {
    await expect(collect(saga)).rejects.toThrow('answered only when no more events could come');
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a list', [new Confirm('1')]],
    ['a plain object', { type: 'Confirm' }],
    ['text', 'Confirm'],
  ])('refuses %s as a command', async (_what, value) => {
    await expect(collect(() => of(value))).rejects.toThrow(UnsupportedSagaError);
  });

  it('refuses what is no Observable', async () => {
    await expect(collect((() => EMPTY.subscribe()) as unknown as SagaFunction)).rejects.toThrow(
      'did not return an Observable',
    );
  });
});
