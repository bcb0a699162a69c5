// A record that goes before what waits for it, and fails: it must neither end up behind that, nor be passed by what came after it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { intercept, labelOf, SubscriptionLab, transactional, valueOf } from '../../testing/subscription-lab.js';
import type { TransactionalSubscription } from '../subscription.js';

describe('a record that overtakes', () => {
  let lab: SubscriptionLab;
  let calls: string[];
  let opened: boolean;
  let failures: number;

  beforeEach(() => {
    lab = new SubscriptionLab();
    calls = [];
    opened = false;
    failures = 0;
  });
  afterEach(() => lab.stop());

  /** Keys are shut until `open` was handled, which goes wrong `failures` times. */
  const gated = (over: Partial<TransactionalSubscription> = {}) =>
    transactional(
      (record) => {
        calls.push(labelOf(record));
        if (valueOf(record) === 'open' && (failures -= 1) >= 0) throw new Error('not yet');
        if (valueOf(record) === 'open') opened = true;
        else if (!opened) throw Object.assign(new Error('shut'), { code: 'shut' });
      },
      { overtakes: async (record) => valueOf(record) === 'open', ...over },
    );
  const keysOf = async () => (await lab.store.parking.list()).map(({ key, position }) => `${position} ${key}`);

  it('does so also when its commits fail until it is set aside without being tried again', async () => {
    let broken = 3; // together with the next one, and then twice alone
    const unitOfWork = intercept(lab.store.unitOfWork, () => undefined);
    const run = lab.store.unitOfWork.run.bind(lab.store.unitOfWork);
    unitOfWork.run = (work) =>
      run(async (transaction) => {
        const before = calls.length;
        const result = await work(transaction);
        if (calls.length === before || calls.at(-1) !== 'a-1:open' || (broken -= 1) < 0) return result;
        opened = false;
        throw new Error('the commit failed');
      });
    await lab.append('a-1', 1);
    const runner = lab.runner(gated(), { unitOfWork });
    await lab.clock.until(async () => (await keysOf()).length === 1);
    await lab.append('a-1', 'open', 2);
    await lab.clock.until(async () => runner.status().position === 3n && (await keysOf()).length === 0, 60_000);
    expect(broken).toBeLessThan(0);
    expect(calls.slice(-3)).toEqual(['a-1:open', 'a-1:1', 'a-1:2']);
  });

  it('is not passed by what comes while it waits, although nothing else of its key is left', async () => {
    failures = 4;
    const runner = lab.runner(
      gated({
        retryFor: (code) => (code === 'shut' ? { maxAttempts: 1, firstDelayMs: 0, maxDelayMs: 0 } : undefined),
      }),
    );
    await lab.append('a-1', 1, 'open');
    await lab.clock.until(() => runner.status().position === 2n);
    expect(await keysOf()).toEqual(['1 a-1', '2 a-1 (overtaking)']);
    expect(await lab.store.parking.discard({ name: 'notes', log: 'events' }, 1n)).toBe(true);
    await lab.append('a-1', 2, 3);
    await lab.clock.until(async () => runner.status().position === 4n && (await keysOf()).length === 0, 60_000);
    expect(calls.slice(calls.indexOf('a-1:open'))).toEqual([...Array(5).fill('a-1:open'), 'a-1:2', 'a-1:3']);
  });

  it('costs nobody a look at the parking that does not ask what is ahead', async () => {
    let looks = 0;
    const parking = intercept(lab.store.parking, (method) => void (looks += method === 'list' ? 1 : 0));
    await lab.append('a-1', 1, 2, 3);
    const runner = lab.runner(gated(), { parking });
    await lab.clock.until(() => runner.status().position === 3n);
    expect(looks).toBe(0);
  });
});
