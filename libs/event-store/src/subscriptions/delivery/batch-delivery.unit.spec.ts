import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UnavailableError, type LogRecord } from '../../core/index.js';
import { intercept, labelOf, stopped, SubscriptionLab, valueOf } from '../../testing/subscription-lab.js';
import { LiveTail } from '../runner/live-tail.js';
import type { BatchSubscription } from '../subscription.js';

const key = { name: 'relay', log: 'events' } as const;
type Outcome = readonly { position: bigint; error: unknown }[];

describe('batch delivery', () => {
  let lab: SubscriptionLab;
  let calls: string[][];

  beforeEach(() => {
    lab = new SubscriptionLab();
    calls = [];
  });
  afterEach(() => lab.stop());

  function batches(
    handle: (records: readonly LogRecord[]) => Outcome | Promise<Outcome>,
    over: Partial<BatchSubscription> = {},
  ): BatchSubscription {
    return {
      ...key,
      start: 'beginning',
      delivery: 'batch',
      wants: () => true,
      handleBatch: async (records) => {
        calls.push(records.map(labelOf));
        return handle(records);
      },
      ...over,
    };
  }

  /** Fails records of these values and, as the contract wants, those of the same key behind them. */
  function failing(values: ReadonlySet<unknown>): (records: readonly LogRecord[]) => Outcome {
    return (records) => {
      const keys = new Set<string>();
      return records.flatMap((record) => {
        if (values.has(valueOf(record))) keys.add(record.key);
        return keys.has(record.key) ? [{ position: record.position, error: new Error('unmappable') }] : [];
      });
    };
  }

  it('hands over the wanted records in order, one call at a time, and moves past the others', async () => {
    let outstanding = 0;
    for (let value = 1; value <= 25; value += 1) await lab.append(value % 5 ? 'a-1' : 'b-1', value);
    const runner = lab.runner(
      batches(
        async () => {
          outstanding += 1;
          expect(outstanding).toBe(1);
          await lab.clock.sleep(100);
          outstanding -= 1;
          return [];
        },
        { batchSize: 10, wants: (record) => record.key === 'a-1' },
      ),
    );
    await lab.clock.until(() => runner.status().position === 25n);
    const wanted = Array.from({ length: 25 }, (_, index) => index + 1).filter((value) => value % 5);
    expect(calls.flat()).toEqual(wanted.map((value) => `a-1:${value}`));
    expect(calls.length).toBe(3);
    expect(runner.status().handled).toBe(20);
  });

  it('sends the same batch again until it goes through, and parks nothing', async () => {
    let down = true;
    await lab.append('a-1', 1, 2, 3);
    const runner = lab.runner(
      batches(() => {
        if (down) throw new UnavailableError('The broker');
        return [];
      }),
    );
    await lab.clock.advance(60_000);
    await lab.append('a-1', 4);
    expect(runner.status()).toMatchObject({ state: 'backing-off', position: 0n });
    down = false;
    await lab.clock.until(() => runner.status().position === 4n);
    const [first, ...others] = calls;
    expect(others.length).toBeGreaterThan(5);
    for (const call of others.slice(0, -1)) expect(call).toEqual(first);
    expect(others.at(-1)).toEqual(['a-1:4']);
    expect(runner.status()).toMatchObject({ state: 'running', parked: 0, lastError: undefined });
    expect(await lab.store.parking.list()).toEqual([]);
  });

  it('sends a batch again that was not answered within the deadline', async () => {
    await lab.append('a-1', 1);
    const runner = lab.runner(
      batches(() => (calls.length === 1 ? new Promise<Outcome>(() => undefined) : []), { deadlineMs: 5_000 }),
    );
    await lab.clock.until(() => runner.status().position === 1n);
    expect(calls).toEqual([['a-1:1'], ['a-1:1']]);
  });

  it('sets aside what fails alone, with the successors of its key, and sends it in order once it is mended', async () => {
    const bad = new Set<unknown>(['bad']);
    const runner = lab.runner(
      batches((records) => failing(bad)(records), { retry: { maxAttempts: 2, firstDelayMs: 100 } }),
    );
    await lab.append('a-1', 1, 'bad', 3);
    await lab.append('b-1', 1, 2);
    await lab.clock.until(() => runner.status().parked === 1);
    await lab.append('a-1', 4);
    await lab.append('b-1', 3);
    await lab.clock.until(() => runner.status().position === 7n);
    expect((await lab.store.parking.list()).map(({ position, status }) => [position, status])).toEqual([
      [2n, 'parked'],
      [3n, 'behind'],
      [6n, 'behind'],
    ]);
    expect(calls.flat().filter((label) => label.startsWith('b-1'))).toEqual(['b-1:1', 'b-1:2', 'b-1:3']);
    bad.clear();
    calls = [];
    await lab.store.parking.replay(key, 2n);
    await lab.clock.until(async () => (await lab.store.parking.list()).length === 0);
    await lab.append('a-1', 5);
    await lab.clock.until(() => runner.status().position === 8n);
    expect(calls).toEqual([['a-1:bad'], ['a-1:3'], ['a-1:4'], ['a-1:5']]);
    expect(runner.status().handled).toBe(8);
  });

  it('retries what is due of many keys in one call', async () => {
    const bad = new Set<unknown>(['bad']);
    const runner = lab.runner(
      batches((records) => failing(bad)(records), { retry: { maxAttempts: 9, firstDelayMs: 1_000 } }),
    );
    for (const stream of ['a-1', 'b-1', 'c-1']) await lab.append(stream, 'bad');
    await lab.clock.until(() => runner.status().position === 3n);
    bad.clear();
    await lab.clock.until(async () => (await lab.store.parking.list()).length === 0);
    expect(calls.at(-1)).toEqual(['a-1:bad', 'b-1:bad', 'c-1:bad']);
    expect(runner.status()).toMatchObject({ handled: 3, retried: 3, parked: 0 });
  });

  it('sends the records one by one after an error nobody foresaw, and sets aside those it is thrown for', async () => {
    let down = 2;
    await lab.append('a-1', 1, 'bad', 3);
    await lab.append('b-1', 1);
    const runner = lab.runner(
      batches(
        (records) => {
          if (records.some((record) => valueOf(record) === 'bad')) throw new TypeError('cannot be serialized');
          // In the middle of it the broker goes away: that is still nobody's fault.
          if (records[0]!.key === 'b-1' && (down -= 1) >= 0) throw new UnavailableError('The broker');
          return [];
        },
        { retry: { maxAttempts: 2, firstDelayMs: 100 } },
      ),
    );
    await lab.clock.until(() => runner.status().parked === 1);
    expect(calls).toEqual([
      ['a-1:1', 'a-1:bad', 'a-1:3', 'b-1:1'],
      ['a-1:1'],
      ['a-1:bad'],
      ['b-1:1'],
      ['b-1:1'],
      ['b-1:1'],
      ['a-1:bad'],
    ]);
    expect(runner.status()).toMatchObject({ state: 'running', position: 4n, handled: 2 });
    const parked = await lab.store.parking.list();
    expect(parked.map(({ position, status, reason }) => [position, status, reason])).toEqual([
      [2n, 'parked', 'TypeError: cannot be serialized'],
      [3n, 'behind', expect.any(String)],
    ]);
  });

  it('commits nothing of a batch that it was stopped in while nothing went through', async () => {
    await lab.append('a-1', 1);
    const runner = lab.runner(
      batches(() => {
        throw new UnavailableError('The broker');
      }),
    );
    await lab.clock.until(() => runner.status().state === 'backing-off');
    await stopped(runner, lab.clock);
    expect((await lab.store.checkpoints.list())[0]).toMatchObject({ owner: undefined, cursor: { position: 0n } });
  });

  it('waits for the outstanding call when it is stopped, and keeps what it achieved', async () => {
    let answer = (): void => undefined;
    await lab.append('a-1', 1);
    const runner = lab.runner(batches(() => new Promise<Outcome>((resolve) => (answer = () => resolve([])))));
    await lab.clock.until(() => calls.length === 1);
    const ended = runner.stop();
    await lab.clock.advance(1_000);
    answer();
    await ended;
    expect((await lab.store.checkpoints.list())[0]).toMatchObject({ owner: undefined, cursor: { position: 1n } });
  });

  describe('while a checkpoint is on its way', () => {
    /** Lets nothing be saved until it is told to, and says where the checkpoint is. */
    function slowCheckpoints() {
      let save = (): void => undefined;
      const gate = new Promise<void>((resolve) => (save = resolve));
      const checkpoints = intercept(lab.store.checkpoints, (method) => (method === 'save' ? gate : undefined));
      const place = async () => (await lab.store.checkpoints.list())[0]?.cursor.position;
      return { checkpoints, save: () => save(), place };
    }

    it('the next batch is sent, but not a third', async () => {
      const { checkpoints, save, place } = slowCheckpoints();
      await lab.append('a-1', 1, 2, 3, 4);
      const runner = lab.runner(
        batches(() => [], { batchSize: 1 }),
        { checkpoints },
      );
      await lab.clock.until(() => calls.length === 2);
      await lab.clock.advance(5_000);
      expect(calls).toEqual([['a-1:1'], ['a-1:2']]);
      expect(await place()).toBe(0n);
      save();
      await lab.clock.until(() => runner.status().position === 4n);
      expect(calls.flat()).toEqual(['a-1:1', 'a-1:2', 'a-1:3', 'a-1:4']);
      expect(await place()).toBe(4n);
    });

    it('a stop waits for it', async () => {
      const { checkpoints, save, place } = slowCheckpoints();
      await lab.append('a-1', 1);
      const runner = lab.runner(
        batches(() => []),
        { checkpoints },
      );
      await lab.clock.until(() => calls.length === 1);
      const ended = runner.stop();
      await lab.clock.advance(1_000);
      save();
      await ended;
      expect(await place()).toBe(1n);
    });
  });

  it('begins again at the checkpoint when it could not be saved', async () => {
    let broken = true;
    const checkpoints = intercept(lab.store.checkpoints, (method) => {
      if (method === 'save' && broken) throw new UnavailableError('PostgreSQL');
    });
    await lab.append('a-1', 1);
    const runner = lab.runner(
      batches(() => []),
      { checkpoints },
    );
    await lab.clock.until(() => runner.status().state === 'backing-off');
    broken = false;
    await lab.clock.until(() => runner.status().position === 1n);
    expect(calls.length).toBeGreaterThan(1);
    expect(new Set(calls.flat())).toEqual(new Set(['a-1:1']));
  });
});

describe.each(['batch', 'transactional'] as const)('records that a %s subscription does not want', (delivery) => {
  it('move its checkpoint a little later, with one write for many reads', async () => {
    const lab = new SubscriptionLab();
    let saves = 0;
    const checkpoints = intercept(lab.store.checkpoints, (method) => void (saves += method === 'save' ? 1 : 0));
    const runner = lab.runner(
      {
        ...key,
        start: 'beginning',
        delivery,
        wants: () => false,
        handle: () => Promise.reject(new Error('nobody wants it')),
        handleBatch: () => Promise.reject(new Error('nobody wants it')),
      },
      { checkpoints },
    );
    await lab.clock.until(() => runner.status().state === 'running');
    for (let value = 1; value <= 10; value += 1) {
      await lab.append('a-1', value);
      await lab.clock.advance(10);
    }
    await lab.clock.until(() => runner.status().position === 10n, 1_000);
    expect(saves).toBe(1);
    await lab.append('a-1', 11);
    await lab.clock.advance(10);
    await lab.stop();
    expect((await lab.store.checkpoints.list())[0]!.cursor.position).toBe(11n);
  });
});

it('what follows a full batch is read while that is handled, and nothing is when it was not full', async () => {
  const lab = new SubscriptionLab();
  const events: string[] = [];
  for (let value = 1; value <= 3; value += 1) await lab.append('a-1', value);
  const tail = new LiveTail(
    intercept(lab.store.logs.events, (method) => void (method === 'readPage' && events.push('read'))),
    lab.clock,
  );
  const runner = lab.runner(
    {
      ...key,
      start: 'beginning',
      delivery: 'batch',
      batchSize: 2,
      wants: () => true,
      handleBatch: async (records) => {
        await lab.clock.sleep(100);
        events.push(`sent ${records.length}`);
        return [];
      },
    },
    { tail },
  );
  await lab.clock.until(() => runner.status().position === 3n);
  await lab.stop();
  expect(events.slice(0, 4)).toEqual(['read', 'read', 'sent 2', 'sent 1']);
});
