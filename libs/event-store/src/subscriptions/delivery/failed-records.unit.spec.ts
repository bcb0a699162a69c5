// An ordinary error is the record's own failure, in every delivery: it is set aside, the subscription runs on.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UnavailableError, type LogRecord } from '../../core/index.js';
import { labelOf, SubscriptionLab, valueOf } from '../../testing/subscription-lab.js';
import type { SubscriptionDefinition } from '../subscription.js';

/** As the driver throws it: the statement failed, the connection lives. */
function statementError(sqlState: string): Error {
  return Object.assign(new Error(`statement failed with ${sqlState}`), { code: sqlState });
}

describe.each(['transactional', 'concurrent'] as const)('a record that fails in %s delivery', (delivery) => {
  let lab: SubscriptionLab;
  let done: string[];

  beforeEach(() => {
    lab = new SubscriptionLab();
    done = [];
  });
  afterEach(() => lab.stop());

  function subscription(handle: (record: LogRecord) => void): SubscriptionDefinition {
    const handling = async (record: LogRecord): Promise<void> => {
      handle(record);
      done.push(labelOf(record));
    };
    const base = { name: 'calls', log: 'events', start: 'beginning', wants: () => true } as const;
    const retry = { maxAttempts: 2, firstDelayMs: 100 };
    return delivery === 'transactional'
      ? { ...base, retry, delivery, together: 1, handle: handling }
      : { ...base, retry, delivery, handle: handling };
  }

  it.each(['08P01', '55P03', '57014', '53400'])(
    'is parked after its attempts when a statement fails with %s',
    async (state) => {
      await lab.append('a-1', 'bad', 2);
      await lab.append('b-1', 1);
      const runner = lab.runner(
        subscription((record) => {
          if (valueOf(record) === 'bad') throw statementError(state);
        }),
      );
      await lab.clock.until(() => runner.status().parked === 1 && runner.status().position === 3n);
      expect(done).toEqual(['b-1:1']);
      expect((await lab.store.parking.list({ status: 'parked' }))[0]?.reason).toBe(
        `${state}: statement failed with ${state}`,
      );
    },
  );

  it('leaves no trace of an outage that ended in its own failure: the subscription runs', async () => {
    let calls = 0;
    await lab.append('a-1', 'bad');
    const runner = lab.runner(
      subscription(() => {
        calls += 1;
        throw calls === 1 ? new UnavailableError('The gateway') : new Error('no');
      }),
    );
    await lab.clock.until(() => runner.status().state === 'backing-off');
    await lab.clock.until(() => runner.status().parked === 1);
    await lab.clock.advance(2_000);
    expect(runner.status()).toMatchObject({ state: 'running', lastError: undefined });
  });
});
