import { afterAll, expect, it } from 'vitest';
import { openTestStore } from '../../../../../test/support/event-store-database.js';
import { describeSubscriptionControl } from '../../testing/contracts/subscription-control.contract.js';
import { PostgresCheckpointStore } from './checkpoint-store.js';
import { PostgresParkingStore } from './parking-store.js';
import { CreateProjections1764208800000 } from '../migrations/1764208800000-create-projections.js';
import { PostgresProjectionVersions } from './projection-versions.js';
import { PostgresSubscriptionControl } from './subscription-control.js';

const opened = openTestStore();
afterAll(async () => (await opened).close());

describeSubscriptionControl('PostgreSQL', async () => {
  const { database, unitOfWork } = await opened;
  return {
    checkpoints: new PostgresCheckpointStore(database),
    control: new PostgresSubscriptionControl(database),
    versions: new PostgresProjectionVersions(database),
    parking: new PostgresParkingStore(database),
    unitOfWork,
    close: () => Promise.resolve(),
  };
});

it('projections of before are adopted: the newest version serves; and nothing is resumed by going back', async () => {
  const { dataSource } = await opened;
  const runner = dataSource.createQueryRunner();
  await runner.startTransaction();
  try {
    const migration = new CreateProjections1764208800000();
    await runner.query('DELETE FROM event_store.subscriptions');
    await migration.down(runner);
    await runner.query(`INSERT INTO event_store.subscriptions (name, log, log_epoch, position) VALUES
      ('order-summary@v1', 'events', 'e', 5), ('order-summary@v2', 'events', 'e', 9), ('order-summary@v2', 'inbound', 'e', 3),
      ('some@viewer', 'events', 'e', 1), ('Checkout.start', 'events', 'e', 1)`);
    await migration.up(runner);
    const rows: unknown = await runner.query(
      'SELECT name, version, state, caught_up, taken_up_at IS NOT NULL AS taken_up FROM event_store.projections ORDER BY version',
    );
    expect(rows).toEqual([
      { name: 'order-summary', version: 1, state: 'retired', caught_up: ['events'], taken_up: true },
      { name: 'order-summary', version: 2, state: 'serving', caught_up: ['events', 'inbound'], taken_up: true },
    ]);
    await runner.query(
      `UPDATE event_store.subscriptions SET paused_at = now(), paused_by = 'o', pause_reason = 'r' WHERE name = 'order-summary@v2'`,
    );
    await expect(migration.down(runner)).rejects.toThrow(/Resume them first/);
  } finally {
    await runner.rollbackTransaction();
    await runner.release();
  }
});
