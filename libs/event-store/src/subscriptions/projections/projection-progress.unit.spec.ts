import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidRequestError, type LogRecord } from '../../core/index.js';
import { SubscriptionLab, transactional, valueOf } from '../../testing/subscription-lab.js';
import { CheckpointWatch } from './checkpoint-watch.js';
import { ProjectionProgress } from './projection-progress.js';
import {
  ProjectionBehindError,
  ProjectionHeldBackError,
  TooManyWaitingError,
  UnknownPositionError,
} from './waiting-errors.js';

describe('waiting for a projection', () => {
  let lab: SubscriptionLab;
  let watch: CheckpointWatch;
  let progress: ProjectionProgress;
  let failing: unknown;

  beforeEach(() => {
    lab = new SubscriptionLab();
    failing = undefined;
    const { checkpoints, parking, logs } = lab.store;
    watch = new CheckpointWatch({ checkpoints, clock: lab.clock });
    progress = progressOf('notes');
    function progressOf(...subscriptions: string[]): ProjectionProgress {
      const options = { watch, parking, log: logs.events, clock: lab.clock };
      return new ProjectionProgress(() => ({ name: 'notes', subscriptions }), options);
    }
  });
  afterEach(() => lab.stop());

  const handle = (record: LogRecord): void => {
    if (valueOf(record) === failing) throw new Error('no');
    lab.note(record);
  };
  const start = (maxAttempts = 1, onMoved = (position: bigint) => watch.moved('notes', position)) =>
    lab.runner(transactional(handle, { retry: { maxAttempts, firstDelayMs: 400, maxDelayMs: 400 } }), { onMoved });
  /** What became of it, once it has ended; the clock moves on meanwhile. */
  async function outcome(waiting: Promise<bigint>): Promise<bigint | Error> {
    let ended: bigint | Error | undefined;
    waiting.then(
      (at) => (ended = at),
      (error: Error) => (ended = error),
    );
    await lab.clock.until(() => ended !== undefined);
    return ended!;
  }

  it('ends when what was written can be read, at once where this process moves the checkpoint', async () => {
    await lab.append('a-1', 1, 2);
    const before = lab.clock.now();
    const waiting = progress.waitFor(2n).then((at) => [at, lab.noted]);
    start();
    expect(await outcome(waiting as never)).toEqual([2n, ['a-1:1', 'a-1:2']]);
    expect(lab.clock.now()).toEqual(before);
  });

  it('ends as well where another process moves it', async () => {
    start(1, () => undefined);
    await lab.append('a-1', 1);
    expect(await outcome(progress.waitFor(1n))).toBe(1n);
    expect(lab.noted).toEqual(['a-1:1']);
  });

  it('ends with an error of its own when the time is up, and says how far the projection is', async () => {
    await lab.append('a-1', 1, 2);
    const error = await outcome(progress.waitFor(2n, { timeoutMs: 300 }));
    expect(error).toBeInstanceOf(ProjectionBehindError);
    expect(error).toMatchObject({ code: 'ES-1310', position: 2n, reached: 0n });
    expect(await outcome(progress.waitFor(1n, { timeoutMs: 0 }))).toBeInstanceOf(ProjectionBehindError);
  });

  it('counts as a wait where a retry has to mend it first, and not where nothing is waited for', async () => {
    const told: string[] = [];
    const admit = (): (() => void) => (told.push('begun'), () => told.push('ended'));
    failing = 'bad';
    start(5);
    await lab.append('a-1', 'bad');
    await lab.append('b-1', 'good');
    expect(await outcome(progress.waitFor(2n))).toBe(2n);
    expect(await outcome(progress.waitFor(2n, { admit }))).toBe(2n);
    expect(told).toEqual([]);
    const waiting = outcome(progress.waitFor(1n, { admit }));
    await lab.clock.until(() => told.length > 0);
    expect(told).toEqual(['begun']);
    failing = undefined;
    expect(await waiting).toBe(2n);
    expect(told).toEqual(['begun', 'ended']);
  });

  it('counts as a wait where the end of the log is not known soon, because somebody appends', async () => {
    const told: string[] = [];
    const admit = (): (() => void) => (told.push('begun'), () => told.push('ended'));
    await lab.append('a-1', 1);
    start();
    expect(await outcome(progress.waitForNow())).toBe(1n);
    expect(await outcome(progress.waitForNow({ admit }))).toBe(1n);
    expect(told).toEqual([]);
    lab.store.logs.events.head = () => new Promise(() => undefined);
    const late = await outcome(progress.waitForNow({ admit, timeoutMs: 400 }));
    expect(late).toMatchObject({ code: 'ES-1201' });
    expect(told).toEqual(['begun', 'ended']);
    const full = (): never => {
      throw new TooManyWaitingError(7);
    };
    expect(await outcome(progress.waitForNow({ admit: full, timeoutMs: 400 }))).toBeInstanceOf(TooManyWaitingError);
  });

  it('says that a stream is held back whose record failed, and holds no other stream back', async () => {
    failing = 'bad';
    start();
    await lab.append('a-1', 'bad', 'behind');
    await lab.append('b-1', 'good');
    await lab.append('a-1', 'later');
    expect(await outcome(progress.waitFor(3n))).toBe(3n);
    for (const position of [1n, 2n, 4n]) {
      const error = await outcome(progress.waitFor(position, { timeoutMs: 600_000 }));
      expect(error).toBeInstanceOf(ProjectionHeldBackError);
      expect(error).toMatchObject({ code: 'ES-1311', position, key: 'a-1', failedAt: 1n });
    }
  });

  it('does not hold back what was written before the failure', async () => {
    start();
    await lab.append('a-1', 'good');
    expect(await outcome(progress.waitFor(1n))).toBe(1n);
    failing = 'bad';
    await lab.append('a-1', 'bad');
    expect(await outcome(progress.waitFor(2n))).toBeInstanceOf(ProjectionHeldBackError);
    expect(await outcome(progress.waitFor(1n))).toBe(2n);
  });

  it('waits on while a failed record is tried again, which may mend it', async () => {
    failing = 'moody';
    start(10);
    await lab.append('a-1', 'moody');
    const short = await outcome(progress.waitFor(1n, { timeoutMs: 300 }));
    expect(short).toBeInstanceOf(ProjectionHeldBackError);
    const long = progress.waitFor(1n, { timeoutMs: 60_000 });
    await lab.clock.advance(300);
    failing = undefined;
    expect(await outcome(long)).toBe(1n);
    expect(lab.noted).toEqual(['a-1:moody']);
  });

  it('refuses a position that no event has, instead of waiting for it', async () => {
    start();
    await lab.append('a-1', 1);
    for (const position of [2n, 0n, -1n]) {
      expect(await outcome(progress.waitFor(position))).toBeInstanceOf(UnknownPositionError);
    }
  });

  it('refuses to wait inside a unit of work, which would wait for itself', async () => {
    const inside = lab.store.unitOfWork.run(() => progress.waitFor(1n));
    expect(await outcome(inside)).toBeInstanceOf(InvalidRequestError);
  });

  it('is over at once for an inline projection', async () => {
    const { parking, logs } = lab.store;
    const options = { watch, parking, log: logs.events, clock: lab.clock };
    const inline = new ProjectionProgress(() => ({ name: 'inline', subscriptions: [] }), options);
    await lab.append('a-1', 1);
    expect(await inline.waitFor(1n, { timeoutMs: 0 })).toBe(1n);
  });

  it('can be for everything that is written by now, whatever is set aside', async () => {
    failing = 'bad';
    await lab.append('a-1', 'bad', 'behind');
    await lab.append('b-1', 'good');
    expect(await outcome(progress.waitForNow({ timeoutMs: 100 }))).toBeInstanceOf(ProjectionBehindError);
    start();
    expect(await outcome(progress.waitForNow())).toBe(3n);
    expect(lab.noted).toEqual(['b-1:good']);
  });
});
