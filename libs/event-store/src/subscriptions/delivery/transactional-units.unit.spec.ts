// How many records share a unit of work: what a failing record costs its neighbours, and how long a unit may last.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MessageContext, useMeter, useTracer, type LogRecord } from '../../core/index.js';
import { intercept, labelOf, SubscriptionLab, transactional, valueOf } from '../../testing/subscription-lab.js';
import type { TransactionalSubscription } from '../subscription.js';

const TRACED = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

describe('units of a transactional subscription', () => {
  let lab: SubscriptionLab;
  /** Effects outside the transaction: nothing rolls them back. */
  let mails: string[];
  let saved: bigint[];

  beforeEach(() => {
    lab = new SubscriptionLab();
    mails = [];
    saved = [];
    const { checkpoints } = lab.store;
    const save = checkpoints.save.bind(checkpoints);
    checkpoints.save = (lease, position) => {
      saved.push(position);
      return save(lease, position);
    };
  });
  afterEach(() => lab.stop());

  function mailing(over: Partial<TransactionalSubscription>): TransactionalSubscription {
    return transactional(
      (record) => {
        mails.push(labelOf(record));
        if (valueOf(record) === 'bad') throw new Error('no');
      },
      { retry: { maxAttempts: 3, firstDelayMs: 100 }, ...over },
    );
  }

  it('calls no other record again when one fails, and the failing one once per attempt, with one record in a unit', async () => {
    await lab.append('a-1', 1, 2);
    await lab.append('b-1', 'bad');
    await lab.append('a-1', 3);
    const runner = lab.runner(mailing({ together: 1 }));
    await lab.clock.until(() => runner.status().parked === 1);
    expect(mails).toEqual(['a-1:1', 'a-1:2', 'b-1:bad', 'a-1:3', 'b-1:bad', 'b-1:bad']);
    expect(runner.status()).toMatchObject({ position: 4n, handled: 3 });
  });

  it('counts only wanted records: the others share the next unit', async () => {
    for (let value = 1; value <= 5; value += 1) {
      await lab.append('b-1', value, value);
      await lab.append('a-1', value);
    }
    await lab.append('b-1', 6);
    const runner = lab.runner(mailing({ together: 2, wants: ({ key }) => key === 'a-1' }));
    await lab.clock.until(() => runner.status().position === 16n);
    expect(saved).toEqual([6n, 12n, 16n]);
    expect(mails).toEqual([1, 2, 3, 4, 5].map((value) => `a-1:${value}`));
  });

  it('opens no unit of work where a decision says that there is nothing to do: the checkpoint follows', async () => {
    let units = 0;
    const unitOfWork = intercept(lab.store.unitOfWork, () => void (units += 1));
    await lab.append('a-1', 1, 2);
    const concerns = async (record: LogRecord) => valueOf(record) === 'mine';
    const runner = lab.runner(mailing({ concerns }), { unitOfWork });
    await lab.clock.until(() => runner.status().position === 2n);
    expect([units, mails]).toEqual([0, []]);
    await lab.append('a-1', 3, 'mine');
    await lab.clock.until(() => runner.status().position === 4n);
    expect([units, mails]).toEqual([1, ['a-1:mine']]);
  });

  it('decides in the message context of the record, as a step of its trace that is measured like a call of the handler', async () => {
    const spans: (readonly [name: string, from: string | undefined, failed: boolean])[] = [];
    const measurements: object[] = [];
    useTracer({
      begin: ({ name }, from) => ({
        traceparent: TRACED,
        set: () => undefined,
        run: (work) => work(),
        end: (error) => void spans.push([name, from, error !== undefined]),
      }),
    });
    useMeter({
      add: () => undefined,
      record: (_, labels) => void measurements.push(labels),
      now: () => 0,
    });
    try {
      await lab.append('a-1', 1, 'undecidable');
      const contexts: (string | undefined)[] = [];
      const concerns = async (record: LogRecord) => {
        contexts.push(MessageContext.current()?.traceparent);
        if (valueOf(record) === 'undecidable') throw new Error('no');
        return false;
      };
      const runner = lab.runner(mailing({ concerns, retry: { maxAttempts: 1 } }));
      await lab.clock.until(() => runner.status().parked === 1);
      const { name } = runner.status();
      expect(contexts).toEqual([TRACED, TRACED]);
      expect(spans).toEqual([
        [`process ${name}`, undefined, false],
        [`process ${name}`, undefined, true],
      ]);
      expect(measurements).toEqual([
        { subscription: name, outcome: 'handled' },
        { subscription: name, outcome: 'failed' },
      ]);
    } finally {
      useTracer(undefined);
      useMeter(undefined);
    }
  });

  it('concludes every unit of work once, behind its last record and before its checkpoint', async () => {
    const told: string[] = [];
    const handle = async (record: LogRecord) => void told.push(labelOf(record));
    const conclude = async () => void told.push(`concluded, at ${saved.at(-1) ?? 0n}`);
    await lab.append('a-1', 1, 2);
    const runner = lab.runner({ ...mailing({ together: 2 }), handle, conclude });
    await lab.append('a-1', 3);
    await lab.clock.until(() => runner.status().position === 3n);
    expect(told).toEqual(['a-1:1', 'a-1:2', 'concluded, at 0', 'a-1:3', 'concluded, at 2']);
  });

  it('blames the conclusion of a unit on the one record that is alone in it, and concludes what is tried again', async () => {
    const written: string[] = [];
    let decided: string[] = [];
    let attempts = 0;
    const handle = async (record: LogRecord) => void decided.push(labelOf(record));
    const conclude = async () => {
      const all = decided;
      decided = [];
      if (all.includes('b-1:bad') && (attempts += 1) < 3) throw new Error('no');
      written.push(...all);
    };
    await lab.append('a-1', 1);
    await lab.append('b-1', 'bad', 2);
    await lab.append('a-1', 3);
    const runner = lab.runner({ ...mailing({ retry: { maxAttempts: 5, firstDelayMs: 100 } }), handle, conclude });
    await lab.clock.until(() => written.length === 4);
    expect(written).toEqual(['a-1:1', 'a-1:3', 'b-1:bad', 'b-1:2']);
    expect(runner.status()).toMatchObject({ position: 4n, handled: 4, parked: 0 });
  });

  it('parks a record whose decision fails, after as many attempts as one whose handler fails, and its key waits', async () => {
    await lab.append('a-1', 1, 'undecided', 2);
    await lab.append('b-1', 3);
    const asked: string[] = [];
    const concerns = async (record: LogRecord) => {
      asked.push(labelOf(record));
      if (valueOf(record) === 'undecided') throw new Error('no');
      return true;
    };
    const handle = async (record: LogRecord) => {
      if (valueOf(record) === 'undecided') throw new Error('no');
      mails.push(labelOf(record));
    };
    const runner = lab.runner(mailing({ concerns, handle }));
    await lab.clock.until(() => runner.status().parked === 1);
    expect(asked).toEqual(['a-1:1', 'a-1:undecided', 'a-1:2', 'b-1:3']);
    expect(mails.slice(-1)).toEqual(['b-1:3']);
    expect(mails).not.toContain('a-1:2');
    expect(runner.status()).toMatchObject({ position: 4n, retried: 2 });
  });

  it('rests after each unit where the definition says so, and takes what has come meanwhile in one', async () => {
    await lab.append('a-1', 1);
    const runner = lab.runner(mailing({ restMs: 200 }));
    await lab.clock.until(() => saved.length === 1);
    for (let value = 2; value <= 5; value += 1) await lab.append('a-1', value);
    await lab.clock.advance(199);
    expect(saved).toEqual([1n]);
    await lab.clock.advance(1);
    await lab.clock.until(() => runner.status().position === 5n, 0);
    expect(saved).toEqual([1n, 5n]);
  });

  it('ends a unit after a second, so that nothing it has written holds others back, and goes on with the rest', async () => {
    for (let value = 1; value <= 10; value += 1) await lab.append('a-1', value);
    const runner = lab.runner(
      transactional(async (record) => {
        await lab.clock.sleep(300);
        lab.note(record);
      }),
    );
    await lab.clock.until(() => runner.status().position === 10n);
    expect(saved).toEqual([4n, 8n, 10n]);
    expect(lab.noted).toEqual(Array.from({ length: 10 }, (_, index) => `a-1:${index + 1}`));
  });

  it('does not call a record twice for one attempt when it came alone', async () => {
    await lab.append('a-1', 'bad');
    const runner = lab.runner(mailing({}));
    await lab.clock.until(() => runner.status().parked === 1);
    expect(mails).toHaveLength(3);
  });

  it('sets aside a record that came alone and whose commit keeps failing', async () => {
    let commits = 0;
    const unitOfWork = intercept(lab.store.unitOfWork, () => undefined);
    const run = lab.store.unitOfWork.run.bind(lab.store.unitOfWork);
    unitOfWork.run = (work) =>
      run(async (transaction) => {
        const before = mails.length;
        const result = await work(transaction);
        if (mails.length > before && mails.at(-1) === 'a-1:2') {
          commits += 1;
          throw new Error('violates a deferred constraint');
        }
        return result;
      });
    await lab.append('a-1', 1, 2);
    await lab.append('b-1', 1);
    const runner = lab.runner(mailing({ together: 1, retry: { maxAttempts: 1 } }), { unitOfWork });
    await lab.clock.until(() => runner.status().position === 3n);
    expect(commits).toBe(2);
    expect((await lab.store.parking.list()).map(({ position, status }) => [position, status])).toEqual([
      [2n, 'parked'],
    ]);
  });
});
