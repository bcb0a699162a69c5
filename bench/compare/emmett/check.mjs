// emmett's PostgreSQL store through its public API; what makes an append slow or fail is an inline projection, as a user would have one.
import * as emmett from '@event-driven-io/emmett';
import * as postgresql from '@event-driven-io/emmett-postgresql';
import {
  getPostgreSQLEventStore,
  postgreSQLEventStoreConsumer,
  postgreSQLProjection,
} from '@event-driven-io/emmett-postgresql';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { answer, errorOf, gate, LONG_ENOUGH_MS, nameOf, within } from './report.mjs';

const url = process.env.DATABASE_URL;
const happened = (n, metadata) => ({ type: 'Happened', data: { n }, ...(metadata && { metadata }) });
const db = new pg.Pool({ connectionString: url });
const count = async (where = 'TRUE') => (await db.query(`SELECT * FROM emt_messages WHERE ${where}`)).rowCount;

/** Runs in the transaction of the append, for the streams that have one. */
const inTransaction = new Map();
const store = getPostgreSQLEventStore(url, {
  projections: [
    {
      type: 'inline',
      projection: postgreSQLProjection({
        name: 'slow',
        canHandle: ['Happened'],
        handle: async (events) => {
          for (const event of events) await inTransaction.get(event.metadata.streamName)?.();
        },
      }),
    },
  ],
});

// The same id twice
const messageId = randomUUID();
await store.appendToStream('same-id', [happened(1, { messageId })]);
const again = await errorOf(() => store.appendToStream('same-id', [happened(1, { messageId })]));
const { rows } = await db.query(`SELECT message_id FROM emt_messages WHERE stream_id = 'same-id'`);
const kept = rows.every((row) => row.message_id === messageId);
answer(
  'same id twice',
  again ? `refused (${again})` : `stored ${rows.length} times${kept ? '' : ', under ids of its own'}`,
);

// Two writers that expect the same version
await store.appendToStream('version', [happened(1)]);
const race = await Promise.allSettled(
  [2, 3].map((n) => store.appendToStream('version', [happened(n)], { expectedStreamVersion: 1n })),
);
const lost = race.find(({ status }) => status === 'rejected')?.reason;
const [stored] = [await count(`stream_id = 'version'`)];
answer('same expected version', `${stored - 1} of 2 stored${lost ? `, the other refused (${nameOf(lost)})` : ''}`);
const gap = await errorOf(() => store.appendToStream('version', [happened(9)], { expectedStreamVersion: 8n }));
answer('a version that leaves a gap', gap ? `refused (${gap})` : 'stored');

// History
const changed = await errorOf(() =>
  db.query(`UPDATE emt_messages SET message_data = '{}' WHERE stream_id = 'version'`),
);
answer('UPDATE of an event', changed ? `refused (${changed})` : 'allowed');

// A subscriber beside slow transactions
const seen = [];
const consumer = store.consumer({ pulling: { pullingFrequencyInMs: 20 } });
consumer.reactor({
  processorId: 'reader',
  startFrom: 'BEGINNING',
  eachMessage: (message) => void seen.push(`${message.metadata.streamName}:${message.data.n ?? 'changed'}`),
});
void consumer.start().catch(() => {});
answer(
  'a subscriber that starts later',
  (await within(LONG_ENOUGH_MS, () => seen.length >= 4)) ? 'sees what went before' : 'misses it',
);

const slow = held('slow');
const slowAppend = store.appendToStream('slow', [happened(1)]);
await slow.entered;
await store.appendToStream('fast', [happened(1)]);
await within(1000, () => seen.includes('fast:1'));
slow.release();
await slowAppend;
answer('a slow transaction', (await sees('slow:1')) ? 'its event is delivered' : 'its event is lost');

// The same beside a transaction that waited for a row: it has an older transaction id, but a later position, than `other`.
await store.appendToStream('shared', [happened(1)]);
const failing = held('shared', { fails: true });
const rolledBack = store.appendToStream('shared', [happened(2)]).catch(() => {});
await failing.entered;
const waited = store.appendToStream('shared', [happened(3)]);
await within(LONG_ENOUGH_MS, blocked);
const other = held('other');
const otherAppend = store.appendToStream('other', [happened(1)]);
await other.entered;
failing.release();
await Promise.all([rolledBack, waited]);
await within(1000, () => seen.includes('shared:3'));
other.release();
await otherAppend;
// The subscriber is alive: it goes on to see what comes after.
await store.appendToStream('after', [happened(1)]);
if (!(await sees('after:1'))) throw new Error('the subscriber has stopped');
answer(
  'a slow transaction beside a rolled-back one',
  (await sees('other:1')) ? 'its event is delivered' : 'its event is lost',
);
await consumer.close();

// A handler that throws once
const handled = [];
let failures = 1;
const startHandler = () => {
  const handler = postgreSQLEventStoreConsumer({ connectionString: url, pulling: { pullingFrequencyInMs: 20 } });
  handler.reactor({
    processorId: 'throws-once',
    startFrom: 'CURRENT',
    eachMessage: (message) => {
      if (failures-- > 0) throw new Error('once');
      handled.push(message.metadata.streamName);
    },
  });
  void handler.start().catch(() => {});
  return handler;
};
const everything = () => within(LONG_ENOUGH_MS, () => handled.includes('after'));
const handler = startHandler();
if (await everything()) answer('a handler that throws once', 'is tried again');
else {
  await handler.close().catch(() => {});
  startHandler();
  answer('a handler that throws once', (await everything()) ? 'stops; goes on when it is started again' : 'stops');
}
answer('that event, read again from the beginning', handled.includes('other') ? 'delivered' : 'lost');
const snapshots = [...Object.keys(emmett), ...Object.keys(postgresql)].filter((name) => /snapshot/i.test(name));
answer('snapshots', snapshots.length === 0 ? 'no' : 'yes');

process.exit(0);

/** Holds the next append of a stream inside its transaction, after its position was drawn, until it is released. */
function held(streamName, { fails = false } = {}) {
  const [inside, leave] = [gate(), gate()];
  inTransaction.set(streamName, async () => {
    inTransaction.delete(streamName);
    inside.open();
    await leave.opened;
    if (fails) throw new Error('the projection fails, so the append is rolled back');
  });
  return { entered: inside.opened, release: leave.open };
}

function sees(event) {
  return within(LONG_ENOUGH_MS, () => seen.includes(event));
}

async function blocked() {
  const { rowCount } = await db.query(
    `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rowCount > 0;
}
