// A full page has a next one, which is read while the first is being sent: what must not become of it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UnavailableError, type LogCursor, type LogRecord } from '../../core/index.js';
import { intercept, labelOf, stopped, SubscriptionLab, valueOf } from '../../testing/subscription-lab.js';
import { LiveTail } from '../runner/live-tail.js';
import type { BatchSubscription } from '../subscription.js';

const key = { name: 'relay', log: 'events' } as const;
type Outcome = readonly { position: bigint; error: unknown }[];

describe('a page that is read while the last one is being sent', () => {
  let lab: SubscriptionLab;
  let sent: string[][];
  /** Where the log was read from. */
  let read: bigint[];
  let answer: () => void;

  beforeEach(() => {
    lab = new SubscriptionLab();
    sent = [];
    read = [];
  });
  afterEach(() => lab.stop());

  const place = async () => (await lab.store.checkpoints.list())[0]?.cursor.position;

  function watchedTail(): LiveTail {
    const log = lab.store.logs.events;
    const watched = Object.create(log) as typeof log;
    watched.readPage = (after: LogCursor, limit: number) => (read.push(after.position), log.readPage(after, limit));
    return new LiveTail(watched, lab.clock);
  }

  /** Two records a send. */
  function sending(handle: (records: readonly LogRecord[]) => Outcome | Promise<Outcome>): BatchSubscription {
    return {
      ...key,
      start: 'beginning',
      delivery: 'batch',
      batchSize: 2,
      wants: () => true,
      retry: { maxAttempts: 5, firstDelayMs: 1_000 },
      handleBatch: async (records) => {
        sent.push(records.map(labelOf));
        return handle(records);
      },
    };
  }
  const whenAnswered = () => new Promise<Outcome>((resolve) => (answer = () => resolve([])));

  it('is not sent before the last one is acknowledged, nor after a stop', async () => {
    await lab.append('a-1', 1, 2, 3, 4);
    const runner = lab.runner(sending(whenAnswered), { tail: watchedTail() });
    await lab.clock.until(() => sent.length === 1);
    await lab.clock.advance(5_000);
    expect(read).toEqual([0n, 2n]);
    expect(sent).toEqual([['a-1:1', 'a-1:2']]);
    const ended = runner.stop();
    await lab.clock.advance(1_000);
    answer();
    await ended;
    expect(sent).toEqual([['a-1:1', 'a-1:2']]);
    expect(await place()).toBe(2n);
  });

  it('is left to the next holder of a lease that was lost in the middle of a send, as is what was sent then', async () => {
    await lab.append('a-1', 1, 2, 3, 4);
    const former = lab.runner(sending(whenAnswered), { tail: watchedTail(), owner: 'former', leaseTtlMs: 600_000 });
    await lab.clock.until(() => sent.length === 1 && read.length === 2);
    const { name, log, cursor, leaseEpoch, owner } = (await lab.store.checkpoints.list())[0]!;
    await lab.store.checkpoints.release({ name, log, cursor, epoch: leaseEpoch, owner: owner! });
    const fenced = await lab.store.checkpoints.acquire(key, 'successor', 600_000, () =>
      Promise.reject(new Error('known')),
    );
    answer();
    await lab.clock.until(() => former.status().state === 'waiting-for-lease');
    expect(await place()).toBe(0n);
    const byFormer = sent.flat().length;
    await lab.store.checkpoints.release(fenced!);
    await stopped(former, lab.clock);
    const successor = lab.runner(
      sending(() => []),
      { owner: 'successor' },
    );
    await lab.clock.until(() => successor.status().position === 4n);
    expect(sent.flat().slice(byFormer)).toEqual(['a-1:1', 'a-1:2', 'a-1:3', 'a-1:4']);
  });

  it('does not go past the failing record of a key that it goes on with', async () => {
    let bad: unknown = 2;
    await lab.append('a-1', 1, 2, 3);
    await lab.append('b-1', 1);
    await lab.append('a-1', 4);
    const runner = lab.runner(
      sending((records) =>
        records
          .filter((one) => valueOf(one) === bad)
          .map(({ position }) => ({ position, error: new Error('planned') })),
      ),
      { tail: watchedTail() },
    );
    await lab.clock.until(() => runner.status().position === 5n);
    expect(read.slice(0, 2)).toEqual([0n, 2n]);
    expect(sent.flat().filter((label) => label !== 'a-1:2')).toEqual(['a-1:1', 'b-1:1']);
    bad = undefined;
    await lab.clock.until(async () => (await lab.store.parking.list()).length === 0);
    const good = sent.flat().slice(sent.flat().lastIndexOf('a-1:2'));
    expect(good).toEqual(['a-1:2', 'a-1:3', 'a-1:4']);
  });

  it('comes again, behind the last one, when the process fails between the acknowledgement and the checkpoint', async () => {
    let broken = true;
    const checkpoints = intercept(lab.store.checkpoints, (method) => {
      if (method === 'save' && broken) throw new UnavailableError('PostgreSQL');
    });
    await lab.append('a-1', 1, 2, 3, 4, 5);
    const runner = lab.runner(
      sending(() => []),
      { tail: watchedTail(), checkpoints },
    );
    await lab.clock.until(() => runner.status().state === 'backing-off');
    expect(await place()).toBe(0n);
    const before = sent.length;
    broken = false;
    await lab.clock.until(() => runner.status().position === 5n);
    expect(sent.slice(before)).toEqual([['a-1:1', 'a-1:2'], ['a-1:3', 'a-1:4'], ['a-1:5']]);
  });
});
