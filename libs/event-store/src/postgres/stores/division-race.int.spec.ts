// An operator decides about a parked record in the very moment in which another build divides the subscription anew: both hold.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { eventually } from '../../../../../test/support/eventually.js';
import { outsideTransaction, type ParkedMessage, type SubscriptionKey } from '../../core/index.js';
import { divisibleCheckpoints, segmentNames } from '../../subscriptions/index.js';
import { PostgresCheckpointStore } from './checkpoint-store.js';
import { PostgresParkingStore } from './parking-store.js';
import { PostgresSubscriptionControl } from './subscription-control.js';

const logger = { debug() {}, info() {}, warn() {}, error() {} };

describe('an operator and another number of segments', { timeout: 60_000 }, () => {
  let test: TestStore;
  let parking: PostgresParkingStore;

  beforeAll(async () => {
    test = await openTestStore();
    parking = new PostgresParkingStore(test.database);
  });
  afterAll(() => test.close());

  const begin = () => Promise.resolve({ epoch: 'e', position: 0n });
  const waits = async (): Promise<number> => {
    const [row] = (await test.dataSource.query(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
    )) as { n: number }[];
    return row!.n;
  };

  /** What is set aside once two segments have taken over from the whole, which waited for `decide` to be committed. */
  async function divideDuring(decide: (of: SubscriptionKey) => Promise<boolean>): Promise<ParkedMessage[]> {
    const name = `pub-${randomUUID()}`;
    const [whole, segments] = [1, 2].map((count) =>
      segmentNames(name, count).map((one): SubscriptionKey => ({ name: one, log: 'events' })),
    ) as [SubscriptionKey[], SubscriptionKey[]];
    const checkpoints = new PostgresCheckpointStore(test.database);
    const control = new PostgresSubscriptionControl(test.database);
    const lease = (await checkpoints.acquire(whole[0]!, 'former', 60_000, begin))!;
    await checkpoints.release(lease);
    const record = { position: 1n, id: randomUUID(), type: 'noted', key: 'order-1' };
    await parking.setAside(whole[0]!, record, { attempts: 10, reason: 'E: no', delayMs: undefined });
    const divided = divisibleCheckpoints({
      checkpoints,
      control,
      parking,
      unitOfWork: test.unitOfWork,
      logger,
      segments,
    });
    let taken: Promise<unknown> | undefined;
    await test.unitOfWork.run(async () => {
      expect(await decide(whole[0]!)).toBe(true);
      taken = outsideTransaction(() => divided.acquire(segments[0]!, 'new', 60_000, begin));
      await eventually(async () => expect(await outsideTransaction(waits)).toBe(1));
    });
    expect(await taken).toBeDefined();
    return (await parking.list({ key: 'order-1' })).filter((one) => one.name.startsWith(name));
  }

  it('a record an operator replays is tried again in its new segment', async () => {
    const aside = await divideDuring((of) => parking.replay(of, 1n));
    expect(aside).toMatchObject([{ status: 'waiting', attempts: 0 }]);
    expect(aside[0]!.name).toMatch(/-of-2$/);
  });

  it('a record an operator discards is gone', async () => {
    expect(await divideDuring((of) => parking.discard(of, 1n))).toEqual([]);
  });
});
