// castore's PostgreSQL adapter under its EventStore, and a connected event store for what happens after a push.
import { ConnectedEventStore, EventStore, EventType, NotificationMessageChannel } from '@castore/core';
import * as castore from '@castore/core';
import { PostgresEventStorageAdapter } from '@castore/event-storage-adapter-postgres';
import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { answer, errorOf, nameOf } from './report.mjs';

const connectionString = process.env.DATABASE_URL;
await PostgresEventStorageAdapter.createEventTable({ connectionString });
const store = new EventStore({
  eventStoreId: 'THINGS',
  eventTypes: [new EventType({ type: 'HAPPENED' })],
  reducer: (_, event) => ({ aggregateId: event.aggregateId, version: event.version }),
  eventStorageAdapter: new PostgresEventStorageAdapter({ connectionString }),
});
const push = (aggregateId, version, n, options) =>
  store.pushEvent({ aggregateId, version, type: 'HAPPENED', payload: { n } }, options);
const events = async (aggregateId) => (await store.getEvents(aggregateId)).events;

// Events have no id; what stands for it is the aggregate's id and version.
const repeated = randomUUID();
await push(repeated, 1, 1);
const again = await errorOf(() => push(repeated, 1, 1));
answer('same id twice', again ? `no event ids; the same version again is refused (${again})` : 'stored twice');

const raced = randomUUID();
await push(raced, 1, 1);
const race = await Promise.allSettled([2, 3].map((n) => push(raced, 2, n)));
const lost = race.find(({ status }) => status === 'rejected')?.reason;
const stored = (await events(raced)).length - 1;
answer('same expected version', `${stored} of 2 stored${lost ? `, the other refused (${nameOf(lost)})` : ''}`);
await push(raced, 9, 9);
answer(
  'a version that leaves a gap',
  (await events(raced)).some(({ version }) => version === 9) ? 'stored' : 'refused',
);

const sql = postgres(connectionString);
const changed = await errorOf(() => sql`UPDATE event SET data = '{}'::jsonb WHERE aggregate_id = ${raced}`);
await push(raced, 1, 'other', { force: true });
const [{ payload }] = await events(raced);
answer(
  'UPDATE of an event',
  changed ? `refused (${changed})` : `allowed${payload.n === 'other' ? ', also by the option `force`' : ''}`,
);

// Who wants to know of events: a message channel, called after the push. It throws once.
const received = [];
let failures = 1;
const channel = new NotificationMessageChannel({ sourceEventStores: [store] });
channel.messageChannelAdapter = {
  publishMessage: async (message) => {
    if (failures-- > 0) throw new Error('once');
    received.push(message);
  },
  publishMessages: async () => {},
};
const connected = new ConnectedEventStore(store, channel);
const told = randomUUID();
const failed = await errorOf(() =>
  connected.pushEvent({ aggregateId: told, version: 1, type: 'HAPPENED', payload: { n: 1 } }),
);
await connected.pushEvent({ aggregateId: told, version: 2, type: 'HAPPENED', payload: { n: 2 } });
answer(
  'a handler that throws once',
  `the push ${failed ? 'throws' : 'succeeds'}; ${(await events(told)).length} events stored, ${received.length} published, none tried again`,
);
const reading = Object.keys(castore).filter((name) => /consumer|subscri|process|checkpoint/i.test(name));
answer('a subscriber that starts later', reading.length === 0 ? 'none in the package' : reading.join());
answer('a slow transaction', 'no subscriber');
answer('a slow transaction beside a rolled-back one', 'no subscriber');
const snapshots = Object.keys(castore).filter((name) => /snapshot/i.test(name));
answer('snapshots', snapshots.length === 0 ? 'no' : 'yes');
process.exit(0);
