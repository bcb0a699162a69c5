import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LeaseLostError, UnavailableError } from '../../core/index.js';
import { intercept, stopped, SubscriptionLab, transactional, valueOf } from '../../testing/subscription-lab.js';
import { LiveTail } from './live-tail.js';

const key = { name: 'notes', log: 'events' } as const;

describe('a subscription runner', () => {
  let lab: SubscriptionLab;

  beforeEach(() => (lab = new SubscriptionLab()));
  afterEach(() => lab.stop());

  it('works alone while a second one waits, which takes over as soon as the first one gives its lease back', async () => {
    const by: string[] = [];
    const definition = (owner: string) =>
      transactional((record) => void by.push(`${owner}:${String(valueOf(record))}`));
    const first = lab.runner(definition('first'), { owner: 'first' });
    await lab.clock.until(() => first.status().state === 'running');
    const second = lab.runner(definition('second'), { owner: 'second' });
    await lab.append('a-1', 1);
    await lab.clock.until(() => by.length === 1);
    await lab.clock.advance(60_000); // far beyond the lease's time to live: it is renewed
    expect(second.status().state).toBe('waiting-for-lease');
    await stopped(first, lab.clock);
    await lab.append('a-1', 2);
    await lab.clock.until(() => by.length === 2, 3_000);
    expect(by).toEqual(['first:1', 'second:2']);
  });

  it('rolls back what a former holder of the lease has in hand, so that the effect happens once', async () => {
    let resume = (): void => undefined;
    const paused = new Promise<void>((resolve) => (resume = resolve));
    let renewals = 0;
    // The first process is cut off: its renewals get no answer, while its transaction is still open.
    const cutOff = intercept(lab.store.checkpoints, (method) => {
      if (method !== 'renew') return Promise.resolve();
      renewals += 1;
      return new Promise<void>(() => undefined);
    });
    await lab.append('a-1', 1);
    let entered = false;
    const late = transactional(async (record) => {
      lab.note(record);
      entered = true;
      await paused;
    });
    const first = lab.runner(late, { owner: 'first', checkpoints: cutOff, leaseTtlMs: 3_000 });
    await lab.clock.until(() => entered);
    const second = lab.runner(
      transactional((record) => lab.note(record)),
      { owner: 'second', leaseTtlMs: 3_000 },
    );
    // The first one gives up by itself, without an answer and without waiting for its handler.
    await lab.clock.until(() => first.status().state === 'waiting-for-lease', 10_000);
    expect(second.status().position).toBe(1n);
    resume();
    await lab.clock.advance(1_000);
    expect(renewals).toBeGreaterThan(0);
    expect(lab.noted).toEqual(['a-1:1']);
    expect(first.status().handled).toBe(0);
  });

  it('is fenced by the store itself when it does not notice that its lease is gone', async () => {
    let resume = (): void => undefined;
    const paused = new Promise<void>((resolve) => (resume = resolve));
    let entered = false;
    await lab.append('a-1', 1);
    const zombie = lab.runner(
      transactional(async (record) => {
        lab.note(record);
        entered = true;
        await paused;
      }),
      { owner: 'zombie', leaseTtlMs: 600_000 },
    );
    await lab.clock.until(() => entered);
    // Somebody else holds the lease now, with a higher epoch.
    const [status] = await lab.store.checkpoints.list();
    const { name, log, cursor, leaseEpoch, owner } = status!;
    await lab.store.checkpoints.release({ name, log, cursor, epoch: leaseEpoch, owner: owner! });
    await lab.store.checkpoints.acquire(key, 'successor', 600_000, () => Promise.reject(new Error('known already')));
    resume();
    await lab.clock.until(() => zombie.status().state === 'waiting-for-lease');
    expect(lab.noted).toEqual([]);
    const warning = lab.lines.find(({ level }) => level === 'warn');
    expect(warning?.fields?.['error']).toBeInstanceOf(LeaseLostError);
  });

  it('drops what it has in hand as soon as a renewal says that the lease is gone', async () => {
    let entered = false;
    await lab.append('a-1', 1);
    const runner = lab.runner(
      transactional(async () => {
        entered = true;
        await new Promise<void>(() => undefined);
      }),
      { leaseTtlMs: 9_000 },
    );
    await lab.clock.until(() => entered);
    const { name, log, cursor, leaseEpoch, owner } = (await lab.store.checkpoints.list())[0]!;
    await lab.store.checkpoints.release({ name, log, cursor, epoch: leaseEpoch, owner: owner! });
    await lab.store.checkpoints.acquire(key, 'successor', 600_000, () => Promise.reject(new Error('known already')));
    await lab.clock.until(() => runner.status().state === 'waiting-for-lease', 4_000);
    expect(runner.status().position).toBe(0n);
  });

  it('recovers by itself from a store that was unavailable for an hour, and says so meanwhile', async () => {
    let down = true;
    const check = (): void => {
      if (down) throw new UnavailableError('The database');
    };
    const { checkpoints, logs, unitOfWork } = lab.store;
    await lab.append('a-1', 1);
    const runner = lab.runner(
      transactional((record) => lab.note(record)),
      {
        checkpoints: intercept(checkpoints, check),
        unitOfWork: intercept(unitOfWork, check),
        tail: new LiveTail(intercept(logs.events, check), lab.clock),
      },
    );
    await lab.clock.advance(3_600_000);
    expect(runner.status()).toMatchObject({ state: 'backing-off', position: 0n });
    expect(runner.status().lastError).toBeInstanceOf(UnavailableError);
    down = false;
    await lab.clock.until(() => lab.noted.length === 1, 5_000);
    expect(runner.status()).toMatchObject({ state: 'running', lastError: undefined });
  });

  it('trusts nothing in memory after the database was unavailable: it may have come back in an earlier state', async () => {
    let down = false;
    let reads = 0;
    const { logs, unitOfWork } = lab.store;
    const tail = new LiveTail(
      intercept(logs.events, (method) => void (method === 'readPage' && (reads += 1))),
      lab.clock,
    );
    await lab.append('a-1', 1, 2);
    const runner = lab.runner(
      transactional((record) => lab.note(record)),
      {
        tail,
        unitOfWork: intercept(unitOfWork, () => {
          if (down) throw new UnavailableError('The database');
        }),
      },
    );
    await lab.clock.until(() => lab.noted.length === 2);
    down = true;
    await lab.append('a-1', 3);
    await lab.clock.until(() => runner.status().state === 'backing-off');
    reads = 0;
    await tail.next({ epoch: lab.store.database.epoch, position: 2n }, 10);
    expect(reads).toBe(1);
    down = false;
    await lab.clock.until(() => lab.noted.length === 3);
  });

  it('stops loudly when the log is of another epoch, and runs again by itself once that is mended', async () => {
    await lab.append('a-1', 1);
    const runner = lab.runner(transactional((record) => lab.note(record)));
    await lab.clock.until(() => lab.noted.length === 1);
    const { epoch } = lab.store.database;
    Object.assign(lab.store.database, { epoch: 'restored' });
    await lab.append('a-1', 2);
    await lab.clock.until(() => runner.status().state === 'stopped');
    expect(String(runner.status().lastError)).toContain('restored');
    await lab.clock.advance(65_000);
    expect(runner.status().state).toBe('stopped');
    expect(lab.noted).toEqual(['a-1:1']);
    expect(lab.lines.filter(({ level, message }) => level === 'error' && message.includes('ES-1302'))).toHaveLength(3);
    Object.assign(lab.store.database, { epoch });
    await lab.clock.until(() => lab.noted.length === 2, 31_000);
    expect(runner.status()).toMatchObject({ state: 'running', lastError: undefined });
  });

  it('stops loudly when the log has lost what was handled', async () => {
    await lab.append('a-1', 1, 2, 3);
    const lease = await lab.store.checkpoints.acquire(key, 'earlier', 1_000, () => lab.store.logs.events.beginning());
    await lab.store.checkpoints.save(lease!, 10n);
    await lab.store.checkpoints.release(lease!);
    const runner = lab.runner(transactional((record) => lab.note(record)));
    await lab.clock.until(() => runner.status().state === 'stopped');
    expect(String(runner.status().lastError)).toContain('lost events');
    await stopped(runner, lab.clock);
    expect(runner.status().state).toBe('ended');
  });

  it('finishes the record in hand when it is stopped, begins no other, and gives its lease back', async () => {
    let finish = (): void => undefined;
    await lab.append('a-1', 1, 2);
    let entered = false;
    const runner = lab.runner(
      transactional(async (record) => {
        entered = true;
        await new Promise<void>((resolve) => (finish = resolve));
        lab.note(record);
      }),
    );
    await lab.clock.until(() => entered);
    const ended = runner.stop();
    await lab.clock.advance(1_000);
    expect(runner.status().state).toBe('draining');
    finish();
    await ended;
    expect(lab.noted).toEqual(['a-1:1']);
    expect(runner.status()).toMatchObject({ state: 'ended', position: 1n });
    expect((await lab.store.checkpoints.list())[0]).toMatchObject({ owner: undefined, cursor: { position: 1n } });
  });

  it('gives a handler that does not finish until the drain is over, rolls it back, and still gives the lease back', async () => {
    await lab.append('a-1', 1);
    let entered = false;
    const runner = lab.runner(
      transactional(async (record) => {
        lab.note(record);
        entered = true;
        await new Promise<void>(() => undefined);
      }),
      { drainMs: 5_000 },
    );
    await lab.clock.until(() => entered);
    const began = lab.clock.now().getTime();
    await stopped(runner, lab.clock);
    expect(lab.clock.now().getTime() - began).toBe(5_000);
    expect(lab.noted).toEqual([]);
    expect((await lab.store.checkpoints.list())[0]).toMatchObject({ owner: undefined, cursor: { position: 0n } });
  });

  it('ends even when the store never answers', async () => {
    const silent = intercept(lab.store.checkpoints, () => new Promise<void>(() => undefined));
    const runner = lab.runner(
      transactional(() => undefined),
      { checkpoints: silent, drainMs: 5_000 },
    );
    await lab.clock.advance(1_000);
    await stopped(runner, lab.clock);
    expect(runner.status().state).toBe('ended');
  });

  it('goes on when even its logger throws', async () => {
    const broken = (): never => {
      throw new Error('disk full');
    };
    await lab.append('a-1', 'bad', 2);
    await lab.append('b-1', 1);
    const runner = lab.runner(
      transactional(
        (record) => {
          if (valueOf(record) === 'bad') throw new Error('no');
          lab.note(record);
        },
        { retry: { maxAttempts: 2 } },
      ),
      { logger: { debug: broken, info: broken, warn: broken, error: broken } },
    );
    await lab.clock.until(() => runner.status().parked === 1 && runner.status().position === 3n);
    expect(lab.noted).toEqual(['b-1:1']);
  });

  it('is woken by an append instead of waiting for its next look', async () => {
    const runner = lab.runner(transactional((record) => lab.note(record)));
    await lab.clock.until(() => runner.status().state === 'running');
    const before = lab.clock.now().getTime();
    await lab.append('a-1', 1);
    await lab.clock.until(() => lab.noted.length === 1);
    expect(lab.clock.now().getTime() - before).toBeLessThan(100);
  });
});
