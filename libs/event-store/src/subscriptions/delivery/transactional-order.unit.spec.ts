// What a transactional subscription may say about the order of things: locks before all else, an error's own policy, and who goes first.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { currentTransaction } from '../../core/index.js';
import { labelOf, SubscriptionLab, transactional, valueOf } from '../../testing/subscription-lab.js';
import type { TransactionalSubscription } from '../subscription.js';

describe('a transactional subscription', () => {
  let lab: SubscriptionLab;
  let calls: string[];

  beforeEach(() => {
    lab = new SubscriptionLab();
    calls = [];
  });
  afterEach(() => lab.stop());

  const recording = (over: Partial<TransactionalSubscription> = {}): TransactionalSubscription =>
    transactional((record) => {
      calls.push(labelOf(record));
      if (valueOf(record) === 'bad') throw new Error('no');
    }, over);
  const parking = async () =>
    (await lab.store.parking.list()).map(({ key, status, position }) => [key, status, position]);

  describe('that prepares', () => {
    const preparing = (over: Partial<TransactionalSubscription> = {}) =>
      recording({
        wants: (record) => valueOf(record) !== 'unwanted',
        async prepare(records, transaction) {
          expect(currentTransaction()).toBe(transaction);
          calls.push(`(${records.map(labelOf).join(' ')})`);
        },
        ...over,
      });

    it('is told all wanted records at the start of a unit of work, in its transaction', async () => {
      await lab.append('a-1', 1, 'unwanted', 2);
      await lab.append('b-1', 3);
      const runner = lab.runner(preparing());
      await lab.clock.until(() => runner.status().position === 4n);
      expect(calls).toEqual(['(a-1:1 a-1:2 b-1:3)', 'a-1:1', 'a-1:2', 'b-1:3']);
    });

    it('is told of each unit: of a record alone, and of one that is tried again', async () => {
      await lab.append('a-1', 'bad');
      await lab.append('b-1', 1);
      const runner = lab.runner(preparing({ retry: { maxAttempts: 2, firstDelayMs: 10 } }));
      await lab.clock.until(() => runner.status().parked === 1);
      expect(calls).toEqual([
        '(a-1:bad b-1:1)',
        'a-1:bad',
        '(a-1:bad)',
        'a-1:bad',
        '(b-1:1)',
        'b-1:1',
        '(a-1:bad)',
        'a-1:bad',
      ]);
    });

    it('sets aside the one record that cannot be prepared', async () => {
      await lab.append('a-1', 1);
      await lab.append('b-1', 'locked');
      await lab.append('c-1', 2);
      const runner = lab.runner(
        recording({
          retry: { maxAttempts: 1 },
          async prepare(records) {
            if (records.some((record) => valueOf(record) === 'locked')) throw new Error('no lock');
          },
        }),
      );
      await lab.clock.until(() => runner.status().position === 3n);
      expect(calls).toEqual(['a-1:1', 'c-1:2']);
      expect(await parking()).toEqual([['b-1', 'parked', 2n]]);
    });

    it('is not told of records whose key could not be found', async () => {
      await lab.append('a-1', 'keyless', 1);
      const runner = lab.runner(
        preparing({
          retry: { maxAttempts: 1 },
          keyOf(record) {
            if (valueOf(record) === 'keyless') throw new Error('no key');
            return 'k';
          },
        }),
      );
      await lab.clock.until(() => runner.status().position === 2n);
      expect(calls.filter((call) => call.includes('keyless'))).toEqual([]);
    });
  });

  it('may give an error a policy of its own', async () => {
    await lab.append('a-1', 'bad');
    await lab.append('b-1', 'worse');
    const runner = lab.runner({
      ...transactional((record) => {
        throw new Error(String(valueOf(record)));
      }),
      retry: { maxAttempts: 3, firstDelayMs: 10 },
      retryFor: (_code, error) =>
        (error as Error | undefined)?.message === 'worse'
          ? { maxAttempts: 1, firstDelayMs: 0, maxDelayMs: 0 }
          : undefined,
    });
    await lab.clock.until(() => runner.status().parked === 2);
    expect((await lab.store.parking.list()).map(({ attempts }) => attempts)).toEqual([3, 1]);
  });

  describe('in which a record may overtake', () => {
    let opened: boolean;
    /** Keys are shut until `open` was handled. */
    const gated = (over: Partial<TransactionalSubscription> = {}) =>
      transactional(
        (record) => {
          calls.push(labelOf(record));
          if (valueOf(record) === 'open') opened = true;
          else if (!opened) throw new Error('shut');
        },
        {
          overtakes: async (record, ahead) =>
            valueOf(record) === 'open' && (await ahead()).every(({ attempts }) => attempts < 99),
          ...over,
        },
      );

    beforeEach(() => (opened = false));

    it('lets what waits for it come after it, in order', async () => {
      await lab.append('a-1', 1, 2, 'open', 3);
      const runner = lab.runner(gated());
      await lab.clock.until(async () => runner.status().position === 4n && (await parking()).length === 0);
      expect(calls.slice(calls.indexOf('a-1:open'))).toEqual(['a-1:open', 'a-1:1', 'a-1:2', 'a-1:3']);
    });

    it('is asked with what is ahead, within the unit', async () => {
      const asked: unknown[] = [];
      await lab.append('a-1', 1, 2, 'open');
      const runner = lab.runner(
        gated({
          async overtakes(record, ahead, transaction) {
            asked.push([
              labelOf(record),
              (await ahead()).map(({ position }) => position),
              currentTransaction() === transaction,
            ]);
            return false;
          },
        }),
      );
      await lab.clock.until(() => runner.status().position === 3n);
      expect(asked).toEqual([
        ['a-1:2', [1n], true],
        ['a-1:open', [1n, 2n], true],
      ]);
      expect(calls).not.toContain('a-1:open');
    });

    it('tries one that failed while it overtook again by itself, not behind what waits for it', async () => {
      let failures = 2;
      await lab.append('a-1', 1, 'open', 2);
      const runner = lab.runner({
        ...gated(),
        async handle(record, transaction) {
          if (valueOf(record) === 'open' && (failures -= 1) >= 0) throw new Error('not yet');
          return gated().handle(record, transaction);
        },
      });
      await lab.clock.until(async () => runner.status().position === 3n && (await parking()).length === 0);
      expect(calls.slice(calls.indexOf('a-1:open'))).toEqual(['a-1:open', 'a-1:1', 'a-1:2']);
    });
  });
});
