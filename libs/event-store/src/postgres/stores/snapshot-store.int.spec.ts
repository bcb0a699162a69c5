// The contract on PostgreSQL.
import { openTestStore } from '../../../../../test/support/event-store-database.js';
import { describeSnapshotStore } from '../../testing/contracts/snapshot-store.contract.js';
import { PostgresSnapshotStore } from './snapshot-store.js';

describeSnapshotStore('PostgresSnapshotStore', async () => {
  const { database, unitOfWork, close } = await openTestStore();
  return { snapshots: new PostgresSnapshotStore(database), unitOfWork, close };
});
