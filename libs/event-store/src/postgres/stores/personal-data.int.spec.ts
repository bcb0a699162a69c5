// The contracts on PostgreSQL, with the keys beside the events and apart from them.
import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { openTestStore } from '../../../../../test/support/event-store-database.js';
import { createTestDatabase } from '../../../../../test/support/postgres.js';
import { systemClock, systemIds } from '../../core/index.js';
import { LocalKeyWrapping, PersonalDataVault, withPersonalData } from '../../privacy/index.js';
import { letterEvents, written } from '../../testing/contracts/personal-data.support.js';
import { describePersonalData } from '../../testing/contracts/personal-data.contract.js';
import { describeSubjectKeyStore } from '../../testing/contracts/subject-key-store.contract.js';
import { eventsTable } from '../log/log-table.js';
import { PostgresSettledLog } from '../log/settled-log.js';
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

it('a record of the log that is opened keeps its metadata', async () => {
  const { database, store, url, close } = await openTestStore();
  const keys = PostgresSubjectKeyStore.beside(database);
  const wrapping = new LocalKeyWrapping([randomBytes(32)]);
  const vault = new PersonalDataVault({ store: keys, wrapping, registry: letterEvents, clock: systemClock });
  const letters = withPersonalData(store, { vault, clock: systemClock, ids: systemIds });
  await letters.append({ stream: 'letter-1', expected: 'no-stream', events: [written('alice', 'private')] });
  const log = new PostgresSettledLog({ connection: { url, applicationName: 'test' }, table: eventsTable });
  const records = await log.read(await log.beginning(), 1);
  const [opened] = await vault.openEach(records, ({ key }) => key);
  expect(opened).toMatchObject({
    data: { text: 'private' },
    metadata: { correlationId: expect.any(String) as string },
  });
  await log.close();
  await close();
});
