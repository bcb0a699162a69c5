import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SubscriptionLab, stopped, transactional, valueOf } from '../../testing/subscription-lab.js';

const never = new Promise<never>(() => undefined);
const MINUTE_MS = 60_000;

describe('a subscription that has its lease', () => {
  let lab: SubscriptionLab;

  beforeEach(() => (lab = new SubscriptionLab()));
  afterEach(() => lab.stop());

  it('is never stalled while there is nothing to do, or something is done', async () => {
    const runner = lab.runner(transactional(() => undefined));
    await lab.clock.advance(3 * MINUTE_MS);
    for (let minute = 0; minute < 3; minute += 1) {
      await lab.append('a-1', minute);
      await lab.clock.advance(MINUTE_MS);
      expect(runner.status()).toMatchObject({ state: 'running', stalledMs: undefined });
    }
  });

  it('is stalled when the log has not answered for a minute, and no longer once it has', async () => {
    const { events } = lab.store.logs;
    const readPage = events.readPage.bind(events);
    const runner = lab.runner(transactional(() => undefined));
    await lab.clock.until(() => runner.status().lastProgressAt !== undefined);
    let hung = 0;
    events.readPage = () => {
      hung += 1;
      return hung === 1 ? new Promise((resolve) => (answer = () => resolve({ records: [], isEnd: true }))) : never;
    };
    let answer = (): void => undefined;
    await lab.clock.until(() => hung > 0, 5_000);
    await lab.clock.advance(MINUTE_MS - 5_000);
    expect(runner.status().stalledMs).toBeUndefined();
    await lab.clock.advance(15_000);
    expect(runner.status()).toMatchObject({ state: 'running' });
    expect(runner.status().stalledMs).toBeGreaterThanOrEqual(MINUTE_MS);
    events.readPage = readPage;
    answer();
    await lab.clock.until(() => runner.status().stalledMs === undefined, 5_000);
  });

  it('counts from when it got the lease, not from what it did before', async () => {
    const first = lab.runner(
      transactional(() => undefined),
      { owner: 'first' },
    );
    await lab.clock.until(() => first.status().state === 'running');
    const seen: unknown[] = [];
    const second = lab.runner(
      transactional((record) => void seen.push(valueOf(record))),
      { owner: 'second' },
    );
    await lab.clock.advance(5 * MINUTE_MS);
    expect(second.status()).toMatchObject({ state: 'waiting-for-lease', stalledMs: undefined });
    lab.store.logs.events.readPage = () => never;
    await stopped(first, lab.clock);
    await lab.clock.advance(MINUTE_MS / 2);
    expect(second.status().stalledMs).toBeUndefined();
    await lab.clock.advance(MINUTE_MS);
    expect(second.status().stalledMs).toBeGreaterThanOrEqual(MINUTE_MS);
  });
});
