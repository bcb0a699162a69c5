import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  currentTransaction,
  MessageContext,
  UnavailableError,
  UnitOfWorkRolledBackError,
  type LogRecord,
  type UnitOfWork,
} from '../../core/index.js';
import { intercept, stopped, SubscriptionLab, transactional, valueOf } from '../../testing/subscription-lab.js';
import { LiveTail } from '../runner/live-tail.js';

describe('transactional delivery', () => {
  let lab: SubscriptionLab;
  const retry = { maxAttempts: 3, firstDelayMs: 100, maxDelayMs: 1_000 };
  const subscription = { name: 'notes', log: 'events' } as const;

  beforeEach(() => (lab = new SubscriptionLab()));
  afterEach(() => lab.stop());

  it('hands over every wanted record once, in order, and moves past the others', async () => {
    for (let value = 1; value <= 450; value += 1) await lab.append(value % 2 ? 'a-1' : 'b-1', value);
    const runner = lab.runner(transactional((record) => lab.note(record), { wants: ({ key }) => key === 'a-1' }));
    await lab.clock.until(() => runner.status().position === 450n);
    expect(lab.noted).toEqual(Array.from({ length: 225 }, (_, index) => `a-1:${index * 2 + 1}`));
    expect(runner.status()).toMatchObject({ state: 'running', handled: 225, retried: 0, parked: 0 });
  });

  it('begins now when it is told so, and only the first time', async () => {
    await lab.append('a-1', 1);
    const definition = transactional((record) => lab.note(record), { start: 'now' });
    const first = lab.runner(definition);
    await lab.clock.until(() => first.status().state === 'running');
    await lab.append('a-1', 2);
    await lab.clock.until(() => lab.noted.length === 1);
    await stopped(first, lab.clock);
    await lab.append('a-1', 3);
    lab.runner(definition);
    await lab.clock.until(() => lab.noted.length === 2);
    expect(lab.noted).toEqual(['a-1:2', 'a-1:3']);
  });

  it('runs the handler in the unit of work and in a message context that gives the same command ids every time', async () => {
    const children: (string | undefined)[] = [];
    const run = async (): Promise<void> => {
      const seen: string[] = [];
      const runner = lab.runner(
        transactional(
          (record, transaction) => {
            expect(currentTransaction()).toBe(transaction);
            const context = MessageContext.current()!;
            expect(context.inherited).toMatchObject({ correlationId: 'c-1', causationId: record.id });
            children.push(context.nextChildId());
            seen.push(record.id);
          },
          { name: 'same-name' },
        ),
      );
      await lab.clock.until(() => seen.length === 1);
      await stopped(runner, lab.clock);
    };
    await lab.append('a-1', 1);
    await run();
    lab = new SubscriptionLab();
    await lab.append('a-1', 1);
    await run();
    expect(children[0]).toBeDefined();
    expect(children[0]).toBe(children[1]);
  });

  it('parks a record that keeps failing with its successors, while other keys go on, and replays them in order [16] [43]', async () => {
    let broken = true;
    let attempts = 0;
    const runner = lab.runner(
      transactional(
        (record) => {
          if (broken && valueOf(record) === 'bad') {
            attempts += 1;
            throw new TypeError('cannot read it');
          }
          lab.note(record);
        },
        { retry },
      ),
    );
    await lab.append('a-1', 'first', 'bad', 'second');
    await lab.append('b-1', 1, 2);
    await lab.clock.until(() => runner.status().parked === 1);
    await lab.append('a-1', 'third');
    await lab.append('b-1', 3);
    await lab.clock.until(() => runner.status().position === 7n);
    expect(lab.noted).toEqual(['a-1:first', 'b-1:1', 'b-1:2', 'b-1:3']);
    expect(attempts).toBe(4); // in the batch, alone, and two retries: three attempts that count
    const parked = await lab.store.parking.list({ name: 'notes' });
    expect(parked.map(({ position, status, attempts: tries }) => [position, status, tries])).toEqual([
      [2n, 'parked', 3],
      [3n, 'behind', 0],
      [6n, 'behind', 0],
    ]);
    expect(parked[0]!.reason).toBe('TypeError: cannot read it');
    const alarm = lab.lines.find(({ level }) => level === 'error');
    expect(alarm?.fields).toMatchObject({
      subscription: 'notes',
      key: 'a-1',
      position: 2n,
      reason: 'TypeError: cannot read it',
    });

    broken = false;
    expect(await lab.store.parking.replay(subscription, 2n)).toBe(true);
    await lab.clock.until(() => lab.noted.length === 7);
    expect(lab.noted.slice(4)).toEqual(['a-1:bad', 'a-1:second', 'a-1:third']);
    expect(await lab.store.parking.list()).toEqual([]);
    await lab.append('a-1', 'fourth');
    await lab.clock.until(() => lab.noted.at(-1) === 'a-1:fourth');
  });

  it('waits longer before every retry, and forgets nothing when the process is replaced in between [16]', async () => {
    const times: number[] = [];
    const definition = transactional(
      () => {
        times.push(lab.clock.now().getTime());
        throw new Error('not yet');
      },
      { retry: { maxAttempts: 4, firstDelayMs: 10_000, maxDelayMs: 60_000 } },
    );
    await lab.append('a-1', 1);
    const first = lab.runner(definition);
    await lab.clock.until(() => times.length === 2);
    await stopped(first, lab.clock);
    const second = lab.runner(definition);
    await lab.clock.until(() => second.status().parked === 1);
    // Jitter is held at one half: three quarters of 10, 20 and 40 seconds.
    const waits = times.slice(1).map((time, index) => time - times[index]!);
    expect(waits).toEqual([7_500, 15_000, 30_000]);
  });

  it('repeats the same record and parks nothing while the store or a dependency is unavailable', async () => {
    let down = true;
    await lab.append('a-1', 1, 2);
    const runner = lab.runner(
      transactional((record) => {
        if (down && valueOf(record) === 2) throw new UnavailableError('The gateway');
        lab.note(record);
      }),
    );
    await lab.clock.until(() => runner.status().state === 'backing-off');
    await lab.clock.advance(60_000);
    expect(lab.noted).toEqual([]);
    down = false;
    await lab.clock.until(() => runner.status().position === 2n);
    expect(lab.noted).toEqual(['a-1:1', 'a-1:2']);
    expect(runner.status()).toMatchObject({ state: 'running', parked: 0, lastError: undefined });
  });

  it('fails a handler that hangs at its deadline, rolls it back and lets the other keys go on', async () => {
    await lab.append('a-1', 'hangs');
    await lab.append('b-1', 'fine');
    const runner = lab.runner(
      transactional(
        (record) => {
          lab.note(record);
          return valueOf(record) === 'hangs' ? new Promise<void>(() => undefined) : undefined;
        },
        { deadlineMs: 5_000, retry: { maxAttempts: 1 } },
      ),
    );
    await lab.clock.until(() => runner.status().position === 2n);
    expect(lab.noted).toEqual(['b-1:fine']);
    const [parked] = await lab.store.parking.list();
    expect(parked?.reason).toBe('ES-1304: notes on record 1 did not finish within 5000 ms.');
  });

  it('sets aside a record on which even wants or keyOf throws', async () => {
    await lab.append('a-1', 'bad');
    await lab.append('b-1', 'fine');
    const wants = (record: LogRecord): boolean => {
      if (valueOf(record) === 'bad') throw new Error('no');
      return true;
    };
    const runner = lab.runner(transactional((record) => lab.note(record), { wants, retry: { maxAttempts: 1 } }));
    await lab.clock.until(() => runner.status().position === 2n);
    expect(lab.noted).toEqual(['b-1:fine']);
    expect(runner.status().parked).toBe(1);
  });

  it('sets records aside by the key of the subscription, not by that of the log', async () => {
    await lab.append('a-1', 'bad');
    await lab.append('a-2', 'fine');
    const runner = lab.runner(
      transactional(
        (record) => {
          if (valueOf(record) === 'bad') throw new Error('no');
          lab.note(record);
        },
        { keyOf: () => 'one key for all', retry: { maxAttempts: 1 } },
      ),
    );
    await lab.clock.until(() => runner.status().position === 2n);
    expect(lab.noted).toEqual([]);
    expect((await lab.store.parking.list()).map(({ key, status }) => [key, status])).toEqual([
      ['one key for all', 'parked'],
      ['one key for all', 'behind'],
    ]);
  });

  it('parks for good a record set aside that the log no longer has', async () => {
    let forgotten = false;
    const log = lab.store.logs.events;
    const readAt = log.readAt.bind(log);
    log.readAt = (position) => (forgotten ? Promise.resolve(undefined) : readAt(position));
    await lab.append('a-1', 1);
    const runner = lab.runner(
      transactional(() => {
        forgotten = true;
        throw new Error('no');
      }),
    );
    await lab.clock.until(() => runner.status().parked === 1);
    expect((await lab.store.parking.list())[0]).toMatchObject({
      status: 'parked',
      reason: 'the log no longer has this record',
    });
  });

  it('sets aside a record whose own commit keeps failing, and only that one', async () => {
    const unitOfWork: UnitOfWork = {
      run: (work) =>
        lab.store.unitOfWork.run(async (transaction) => {
          const notes = lab.noted.length;
          const result = await work(transaction);
          if (lab.noted.slice(notes).includes('a-1:bad')) transaction.markRollbackOnly('deferred constraint');
          return result;
        }),
    };
    const deferred: UnitOfWork = {
      run: (work) =>
        unitOfWork.run(work).catch((error: unknown) => {
          throw error instanceof UnitOfWorkRolledBackError ? new Error('violates a deferred constraint') : error;
        }),
    };
    await lab.append('a-1', 1, 'bad', 3);
    await lab.append('b-1', 1);
    const definition = transactional((record) => lab.note(record), { retry: { maxAttempts: 2 } });
    const runner = lab.runner(definition, { unitOfWork: deferred });
    await lab.clock.until(() => runner.status().position === 4n && runner.status().parked === 1);
    await lab.clock.advance(10_000);
    expect(lab.noted).toEqual(['a-1:1', 'b-1:1']);
    expect((await lab.store.parking.list()).map(({ position, status }) => [position, status])).toEqual([
      [2n, 'parked'],
      [3n, 'behind'],
    ]);
  });

  // Every call the stores get, once each, before and after it takes effect: the crash of a process at that point.
  it('loses and doubles nothing wherever a store fails once', { timeout: 60_000 }, async () => {
    const trial = async (
      failAt: number,
      error: Error,
      when: 'before' | 'after',
      together?: number,
    ): Promise<number> => {
      lab = new SubscriptionLab();
      let calls = 0;
      const failing = <T extends object>(port: T): T =>
        interceptAround(port, when, () => {
          calls += 1;
          if (calls === failAt) throw error;
        });
      let hiccups = 0;
      const runner = lab.runner(
        transactional(
          (record) => {
            lab.note(record);
            if (valueOf(record) === 'hiccup' && (hiccups += 1) < 4) throw new Error('again');
          },
          { together, retry: { maxAttempts: 20, firstDelayMs: 100, maxDelayMs: 1_000 } },
        ),
        {
          batchSize: 4,
          checkpoints: failing(lab.store.checkpoints),
          parking: failing(lab.store.parking),
          unitOfWork: failing(lab.store.unitOfWork),
          tail: new LiveTail(failing(lab.store.logs.events), lab.clock),
        },
      );
      for (let value = 1; value <= 5; value += 1) {
        await lab.append('a-1', value);
        await lab.append('b-1', value === 2 ? 'hiccup' : value);
      }
      const what = `failure ${when} call ${failAt} with ${error.name}`;
      await lab.clock
        .until(() => lab.noted.length >= 10 && runner.status().position === 10n)
        .catch((reason: unknown) => {
          throw new Error(`${what}: ${lab.noted.join()}`, { cause: reason });
        });
      const ofKey = (key: string): string[] => lab.noted.filter((note) => note.startsWith(key));
      expect({ what, a: ofKey('a-1'), b: ofKey('b-1'), aside: await lab.store.parking.list() }).toEqual({
        what,
        a: [1, 2, 3, 4, 5].map((value) => `a-1:${value}`),
        b: [1, 'hiccup', 3, 4, 5].map((value) => `b-1:${value}`),
        aside: [],
      });
      await lab.stop();
      return calls;
    };
    for (const when of ['before', 'after'] as const) {
      for (const error of [new UnavailableError('The database'), new TypeError('unexpected')]) {
        for (const together of [undefined, 1]) {
          let last = Infinity;
          for (let failAt = 1; failAt <= Math.min(last, 60); failAt += 1)
            last = await trial(failAt, error, when, together);
          expect(last).toBeGreaterThan(20);
        }
      }
    }
  });
});

function interceptAround<T extends object>(port: T, when: 'before' | 'after', fail: () => void): T {
  if (when === 'before') return intercept(port, (method) => (method === 'changed' ? undefined : fail()));
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function' || name === 'changed') {
        return typeof member === 'function' ? (member.bind(target) as unknown) : member;
      }
      return async (...args: unknown[]): Promise<unknown> => {
        const result: unknown = await Reflect.apply(member, target, args);
        fail();
        return result;
      };
    },
  });
}
