// What a record that was set aside is counted by, and what becomes of one that another build has set aside.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { intercept, stopped, SubscriptionLab, transactional, valueOf } from '../../testing/subscription-lab.js';
import type { Clock } from '../../core/index.js';
import type { ConcurrentSubscription } from '../subscription.js';

describe('a record set aside', () => {
  let lab: SubscriptionLab;

  beforeEach(() => (lab = new SubscriptionLab()));
  afterEach(() => lab.stop());

  const parked = async () =>
    (await lab.store.parking.list()).map(({ status, attempts, reason }) => [status, attempts, reason]);
  const failing = (code: string) => Object.assign(new Error('no'), { code });
  const patient = { maxAttempts: 100, firstDelayMs: 10, maxDelayMs: 10 };

  it('has all the attempts of a policy before it, whatever it used up under another one', async () => {
    let tries = 0;
    await lab.append('a-1', 1);
    const runner = lab.runner(
      transactional(
        () => {
          tries += 1;
          throw failing(tries <= 15 ? 'waiting' : tries <= 17 ? 'broken' : tries <= 20 ? 'waiting' : 'broken');
        },
        {
          retry: { maxAttempts: 4, firstDelayMs: 10 },
          retryFor: (code) => (code === 'waiting' ? patient : undefined),
        },
      ),
    );
    await lab.clock.until(() => tries === 15);
    expect(await parked()).toEqual([['waiting', 15, 'waiting: no']]);
    await lab.clock.until(() => runner.status().parked === 1);
    expect(tries).toBe(24); // 15 + 2 + 3, and then 4 of the policy that gives up
    expect(await parked()).toEqual([['parked', 4, 'broken: no']]);
  });

  it('is tried again in time also where the clock of the process is put back by an hour', async () => {
    let [tries, offMs] = [0, 0];
    const clock: Clock = {
      now: () => new Date(lab.clock.now().getTime() + offMs),
      sleep: (ms, signal) => lab.clock.sleep(ms, signal),
      after: (ms, callback) => lab.clock.after(ms, callback),
    };
    await lab.append('a-1', 1);
    lab.runner(
      transactional(
        () => {
          tries += 1;
          if (tries === 1) throw failing('broken');
        },
        { retry: { maxAttempts: 4, firstDelayMs: 1_000 } },
      ),
      { clock },
    );
    await lab.clock.until(() => tries === 1);
    offMs = -3_600_000;
    await lab.clock.advance(20_000);
    expect(tries).toBe(2);
  });

  it('is given up in time by errors that take turns under one policy', async () => {
    let tries = 0;
    await lab.append('a-1', 1);
    const runner = lab.runner(
      transactional(
        () => {
          throw failing((tries += 1) % 2 ? 'odd' : 'even');
        },
        { retry: { maxAttempts: 4, firstDelayMs: 10 }, retryFor: (code) => (code === 'waiting' ? patient : undefined) },
      ),
    );
    await lab.clock.until(() => runner.status().parked === 1);
    expect(await parked()).toEqual([['parked', 4, 'even: no']]);
  });

  it('is asked for only while there is one: nobody but the holder of the lease sets aside', async () => {
    const asked: string[] = [];
    const parking = intercept(lab.store.parking, (method) => void asked.push(method));
    let isBroken = false;
    const runner = lab.runner(
      transactional(
        (record) => {
          if (isBroken && record.key === 'b-1') throw failing('broken');
          lab.note(record);
        },
        { retry: patient },
      ),
      { parking },
    );
    await lab.append('a-1', 1);
    await lab.clock.until(() => runner.status().position === 1n);
    const atFirst = asked.splice(0);
    expect(atFirst).toContain('isEmpty');
    await lab.append('a-1', 2);
    await lab.clock.until(() => runner.status().position === 2n);
    await lab.clock.advance(10_000);
    expect(asked).toEqual([]);

    isBroken = true;
    await lab.append('b-1', 3, 4);
    await lab.append('a-1', 5);
    await lab.clock.until(() => runner.status().position === 5n);
    expect(lab.noted).toEqual(['a-1:1', 'a-1:2', 'a-1:5']);
    isBroken = false;
    await lab.clock.until(() => lab.noted.length === 5);
    expect(lab.noted.slice(3)).toEqual(['b-1:3', 'b-1:4']);
    await lab.clock.until(() => asked.at(-1) === 'isEmpty', 10_000);
    asked.splice(0);
    await lab.append('b-1', 6);
    await lab.clock.until(() => runner.status().position === 6n);
    expect(asked).toEqual([]);
  });

  describe('that this build does not want', () => {
    const other = transactional(() => Promise.reject(failing('not yet')), { retry: patient });
    /** What nobody is interested in here is looked at less often: an hour has many seconds. */
    const rarely = { pollMs: 10_000, leaseTtlMs: 300_000 };
    const setAside = async () => {
      await lab.append('a-1', 'theirs');
      const runner = lab.runner(other);
      await lab.clock.until(() => runner.status().position === 1n);
      await stopped(runner, lab.clock);
    };

    it.each(['transactional', 'concurrent'] as const)('is kept for the build that does: %s', async (delivery) => {
      await setAside();
      const wants = (record: Parameters<typeof valueOf>[0]) => valueOf(record) !== 'theirs';
      const older =
        delivery === 'transactional'
          ? transactional(() => undefined, { wants })
          : ({ ...other, delivery, wants, handle: async () => undefined } satisfies ConcurrentSubscription);
      const runner = lab.runner(older, rarely);
      await lab.clock.advance(1_200_000);
      expect(await parked()).toEqual([
        ['waiting', expect.any(Number), expect.stringMatching(/^ES-1305: .*lab\.noted/)],
      ]);
      await stopped(runner, lab.clock);
      lab.runner(transactional((record) => lab.note(record)));
      await lab.clock.until(() => lab.noted.length === 1, 120_000);
      expect(await parked()).toEqual([]);
    });

    it('is parked when no deploy takes so long, for somebody to look at', async () => {
      await setAside();
      const runner = lab.runner(
        transactional(() => undefined, { wants: () => false }),
        rarely,
      );
      await lab.clock.advance(3_500_000);
      expect(runner.status().parked).toBe(0);
      await lab.clock.until(() => runner.status().parked === 1, 4_000_000);
      expect((await lab.store.parking.list({ status: 'parked' }))[0]?.reason).toMatch(/^ES-1305/);
    });
  });
});
