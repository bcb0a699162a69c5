// The contracts on PostgreSQL, with the keys beside the events and apart from them.
import { openTestStore } from '../../../../test/support/event-store-database.js';
import { createTestDatabase } from '../../../../test/support/postgres.js';
import { describePersonalData } from '../testing/personal-data.contract.js';
import { describeSubjectKeyStore } from '../testing/subject-key-store.contract.js';
import { PostgresSnapshotStore } from './snapshot-store.js';
import { PostgresSubjectKeyStore } from './subject-key-store.js';

describeSubjectKeyStore('PostgresSubjectKeyStore', async () => {
  const { database, unitOfWork, close } = await openTestStore();
  return { keys: PostgresSubjectKeyStore.beside(database), unitOfWork, close };
});

describeSubjectKeyStore(
  'PostgresSubjectKeyStore in a database of its own',
  async () => {
    const { url, drop } = await createTestDatabase();
    const keys = PostgresSubjectKeyStore.apart({ url, applicationName: 'keys-test' });
    return {
      keys,
      async close() {
        await keys.close();
        await drop();
      },
    };
  },
  { inOneDatabase: false },
);

describePersonalData('PostgreSQL', async () => {
  const { database, store: events, unitOfWork, close } = await openTestStore();
  const snapshots = new PostgresSnapshotStore(database);
  return { events, unitOfWork, snapshots, subjectKeys: PostgresSubjectKeyStore.beside(database), close };
});
