// The contract on PostgreSQL, and what only a database with several sessions can get wrong.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../../../test/support/eventually.js';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { LeaseLostError, outsideTransaction } from '../../core/index.js';
import { describeSubscriptionStores } from '../../testing/contracts/subscription-stores.contract.js';
import { PostgresCheckpointStore } from './checkpoint-store.js';
import { PostgresParkingStore } from './parking-store.js';

describeSubscriptionStores('PostgreSQL', async () => {
  const { database, unitOfWork, close } = await openTestStore();
  return {
    checkpoints: new PostgresCheckpointStore(database),
    parking: new PostgresParkingStore(database),
    unitOfWork,
    close,
  };
});

describe('a lease on PostgreSQL', () => {
  let test: TestStore;
  let checkpoints: PostgresCheckpointStore;
  beforeAll(async () => {
    test = await openTestStore();
    checkpoints = new PostgresCheckpointStore(test.database);
  });
  afterAll(() => test.close());
  const beginning = () => Promise.resolve({ epoch: 'e', position: 0n });

  it('is not taken over while its expired holder is about to commit, and then continues behind that commit', async () => {
    const key = { name: randomUUID(), log: 'events' } as const;
    const slow = (await checkpoints.acquire(key, 'slow', 0, beginning))!;
    let taken;
    await test.unitOfWork.run(async () => {
      await checkpoints.save(slow, 5n);
      await test.database.query({ text: 'SELECT $1::int', values: [1] }); // with which it is sent
      const { rows } = await test.database.queryOutside<{ expired: boolean }>({
        text: 'SELECT leased_until <= clock_timestamp() AS expired FROM event_store.subscriptions WHERE name = $1',
        values: [key.name],
      });
      taken = await takeFromOutside(key);
      expect([rows[0]!.expired, taken]).toEqual([true, undefined]);
    });
    taken = await eventually(async () => {
      const lease = await takeFromOutside(key);
      expect(lease).toBeDefined();
      return lease!;
    });
    expect(taken.cursor.position).toBe(5n);
    await expect(checkpoints.save(slow, 6n)).rejects.toThrow(LeaseLostError);
  });

  it('rolls back the whole unit of a former holder', async () => {
    const key = { name: randomUUID(), log: 'events' } as const;
    const former = (await checkpoints.acquire(key, 'former', 60_000, beginning))!;
    await test.database.query({ text: 'CREATE TABLE IF NOT EXISTS effects (n int)' });
    const unit = test.unitOfWork.run(async () => {
      await test.database.query({ text: 'INSERT INTO effects VALUES (1)' });
      await takeFromOutside(key, 'former');
      await checkpoints.save(former, 1n);
    });
    await expect(unit).rejects.toThrow(LeaseLostError);
    expect((await test.database.query({ text: 'SELECT * FROM effects' })).rows).toEqual([]);
  });

  it('waits for the disk with the effects it commits with, and not when it moves by itself', async () => {
    const key = { name: randomUUID(), log: 'events' } as const;
    const lease = (await checkpoints.acquire(key, 'own', 60_000, beginning))!;
    await test.database.query({
      text: `CREATE TABLE waits (position bigint, setting text);
             CREATE FUNCTION note_wait() RETURNS trigger LANGUAGE plpgsql AS
               $$ BEGIN INSERT INTO waits VALUES (NEW.position, current_setting('synchronous_commit')); RETURN NEW; END $$;
             CREATE TRIGGER note_wait BEFORE UPDATE ON event_store.subscriptions FOR EACH ROW EXECUTE FUNCTION note_wait()`,
    });
    await checkpoints.save(lease, 1n);
    await test.unitOfWork.run(() => checkpoints.save(lease, 2n));
    await checkpoints.save(lease, 3n);
    await checkpoints.renew(lease, 60_000);
    await test.database.query({ text: 'DROP TRIGGER note_wait ON event_store.subscriptions' });
    const { rows } = await test.database.query<{ setting: string }>({
      text: 'SELECT setting FROM waits ORDER BY ctid',
    });
    expect(rows.map(({ setting }) => setting)).toEqual(['off', 'on', 'off', 'on']);
  });

  /** As another process would, outside the unit of work this test is in. */
  function takeFromOutside(key: { name: string; log: 'events' }, owner = 'other') {
    return outsideTransaction(() => checkpoints.acquire(key, owner, 60_000, beginning));
  }
});
