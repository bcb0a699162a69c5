import { openTestStore } from '../../../../../test/support/event-store-database.js';
import { describeIdempotencyKeys } from '../../testing/contracts/idempotency-keys.contract.js';
import { PostgresIdempotencyKeys } from './idempotency-keys.js';

describeIdempotencyKeys('PostgreSQL', async () => {
  const { database, dataSource, store, close } = await openTestStore();
  return {
    keys: new PostgresIdempotencyKeys(database),
    store,
    close,
    async pass(ms) {
      const older = (column: string) => `${column} = ${column} - $1::float8 * interval '1 ms'`;
      await dataSource.query(`UPDATE event_store.commands SET ${older('recorded_at')}`, [ms]);
      await dataSource.query(`UPDATE event_store.idempotency_keys SET ${older('renewed_at')}`, [ms]);
    },
  };
});
