import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UnavailableError } from '../core/index.js';
import { intercept, SubscriptionLab } from '../testing/subscription-lab.js';
import type { ProcessTimer } from './process-store.js';
import { TimerWorker } from './timer-worker.js';

describe('the timer worker', () => {
  let lab: SubscriptionLab;
  let workers: TimerWorker[];

  beforeEach(() => {
    lab = new SubscriptionLab();
    workers = [];
  });
  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    await lab.stop();
  });

  const timer = (timerId: string, afterMs: number): ProcessTimer => ({
    process: 'p',
    id: '1',
    timerId,
    name: 'n',
    afterMs,
    metadata: { correlationId: 'c' },
  });
  const schedule = (...timers: ProcessTimer[]) => lab.store.unitOfWork.run(() => lab.store.processes.schedule(timers));
  const fired = async () => {
    const { inbound } = lab.store.logs;
    return (await inbound.read(await inbound.beginning(), 1_000)).map(({ id }) => id);
  };
  const work = (store = lab.store.processes) => {
    const worker = new TimerWorker({ store, clock: lab.clock, ids: lab.ids, logger: lab.logger });
    workers.push(worker);
    worker.start();
    return worker;
  };

  it('fires each timer when it is due, in the order they fall due, as one record', async () => {
    work();
    await schedule(timer('b', 2_500), timer('a', 300));
    await lab.clock.advance(299);
    expect(await fired()).toEqual([]);
    await lab.clock.advance(10);
    expect(await fired()).toEqual(['a']);
    await lab.clock.advance(2_200);
    expect(await fired()).toEqual(['a', 'b']);
  });

  it('is stalled when the store has not answered for a minute, and no longer once it has', async () => {
    let answer = (): void => undefined;
    let isHung = false;
    const hang = () => new Promise<void>((resolve) => (answer = resolve));
    const worker = work(
      intercept(lab.store.processes, (method) => (isHung && method === 'fireDue' ? hang() : undefined)),
    );
    await lab.clock.advance(180_000);
    expect(worker.status()).toEqual({ name: 'timers', state: 'running', stalledMs: undefined });
    isHung = true;
    await lab.clock.advance(58_000);
    expect(worker.status().stalledMs).toBeUndefined();
    await lab.clock.advance(3_000);
    expect(worker.status().stalledMs).toBeGreaterThanOrEqual(60_000);
    isHung = false;
    answer();
    await lab.clock.until(() => worker.status().stalledMs === undefined, 5_000);
  });

  it('is woken by what is scheduled while it rests', async () => {
    let looks = 0;
    work(intercept(lab.store.processes, (method) => void (looks += method === 'fireDue' ? 1 : 0)));
    await lab.clock.advance(10_500);
    expect(looks).toBe(11); // a look each second: nothing is near
    await schedule(timer('a', 0));
    await lab.clock.advance(0);
    expect(await fired()).toEqual(['a']);
  });

  it('fires many in one go', async () => {
    await schedule(...Array.from({ length: 250 }, (_, index) => timer(`t-${index}`, 10)));
    work();
    await lab.clock.advance(20);
    expect(await fired()).toHaveLength(250);
  });

  it('fires a timer once when several work side by side', async () => {
    for (let count = 0; count < 3; count += 1) work();
    await schedule(...Array.from({ length: 20 }, (_, index) => timer(`t-${index}`, index * 100)));
    await lab.clock.advance(5_000);
    expect(await fired()).toHaveLength(20);
  });

  it('outlasts an outage, and says so once', async () => {
    let down = true;
    work(
      intercept(lab.store.processes, () => {
        if (down) throw new UnavailableError('PostgreSQL');
      }),
    );
    await schedule(timer('a', 100));
    await lab.clock.advance(120_000);
    expect(lab.lines.map(({ level }) => level)).toEqual(['warn']);
    expect(await fired()).toEqual([]);
    down = false;
    await lab.clock.until(async () => (await fired()).length === 1, 6_000);
    expect(lab.lines.map(({ level }) => level)).toEqual(['warn', 'info']);
  });

  it('says it again when something else is wrong, and what it does meanwhile', async () => {
    let wrong: Error | undefined = new UnavailableError('PostgreSQL');
    const worker = work(
      intercept(lab.store.processes, () => {
        if (wrong) throw wrong;
      }),
    );
    await lab.clock.advance(60_000);
    expect(worker.status()).toMatchObject({ name: 'timers', state: 'backing-off', lastError: wrong });
    wrong = new TypeError('no such function');
    await lab.clock.advance(60_000);
    expect(worker.status()).toMatchObject({ state: 'backing-off', lastError: wrong });
    expect(lab.lines.map(({ level }) => level)).toEqual(['warn', 'error']);
    expect(lab.lines[1]!.message).toContain('no such function');
    wrong = undefined;
    await lab.clock.advance(6_000);
    expect(worker.status()).toMatchObject({ name: 'timers', state: 'running' });
  });

  it('is left behind when what is in hand takes too long', async () => {
    let release: () => void = () => undefined;
    const worker = work(
      intercept(lab.store.processes, (method) =>
        method === 'fireDue' ? new Promise<void>((resolve) => (release = resolve)) : undefined,
      ),
    );
    await lab.clock.advance(0);
    let stopped = false;
    const stopping = worker.stop().then(() => (stopped = true));
    await lab.clock.advance(9_999);
    expect(stopped).toBe(false);
    await lab.clock.advance(1);
    await stopping;
    expect(lab.lines.map(({ message }) => message)).toEqual(['The firing of timers was left behind while it drained.']);
    release();
  });

  it('finishes what is in hand when it stops, and begins nothing more', async () => {
    let release: () => void = () => undefined;
    let looks = 0;
    const worker = work(
      intercept(lab.store.processes, async (method) => {
        if (method === 'fireDue' && (looks += 1) === 1) await new Promise<void>((resolve) => (release = resolve));
      }),
    );
    let stopped = false;
    await lab.clock.advance(0);
    const stopping = worker.stop().then(() => (stopped = true));
    await lab.clock.advance(5_000);
    expect(stopped).toBe(false);
    release();
    await stopping;
    expect(looks).toBe(1);
  });

  it('stops at once while it rests or waits for the store to come back', async () => {
    const resting = work();
    const waiting = work(
      intercept(lab.store.processes, () => {
        throw new UnavailableError('PostgreSQL');
      }),
    );
    await lab.clock.advance(30_000);
    await Promise.all([resting.stop(), waiting.stop()]);
    resting.start();
    expect(lab.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });
});
