// The same checks for this starter's store. The rows about handlers are its regression tests; see run.mjs.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { every, systemIds } from '../../../libs/event-store/src/core/index.ts';
import {
  dataSourceConnection,
  eventStoreMigrations,
  eventsTable,
  PostgresDatabase,
  PostgresEventStore,
  PostgresSettledLog,
  PostgresUnitOfWork,
} from '../../../libs/event-store/src/postgres/index.ts';
import { answer, errorOf, gate, LONG_ENOUGH_MS, nameOf, within } from '../report.mjs';

const url = process.env.DATABASE_URL;
const connection = { url, applicationName: 'compare', poolSize: 10 };
const dataSource = new DataSource({ ...dataSourceConnection(connection), migrations: eventStoreMigrations });
await dataSource.initialize();
await dataSource.runMigrations();
const database = new PostgresDatabase({ ...connection, dataSource });
const unitOfWork = new PostgresUnitOfWork(database);
const store = new PostgresEventStore({ database });
const db = new pg.Pool({ connectionString: url });

const happened = (n, id = systemIds.next()) => ({
  id,
  type: 'test.happened',
  schemaVersion: 1,
  data: { n },
  metadata: { correlationId: randomUUID() },
});
const append = (stream, n, id) => store.append({ stream, expected: 'any', events: [happened(n, id)] });

const id = systemIds.next();
await append('test-same', 1, id);
const again = await errorOf(() => append('test-same', 1, id));
const copies = (await store.readStream('test-same')).length;
answer('same id twice', again ? `refused (${again})` : copies === 1 ? 'stored once' : `stored ${copies} times`);

await append('test-version', 1);
const race = await Promise.allSettled(
  [2, 3].map((n) => store.append({ stream: 'test-version', expected: 1, events: [happened(n)] })),
);
const lost = race.find((result) => result.status === 'rejected');
const stored = (await store.readStream('test-version')).length - 1;
answer('same expected version', `${stored} of 2 stored${lost ? `, the other refused (${nameOf(lost.reason)})` : ''}`);
const gap = await errorOf(() => store.append({ stream: 'test-version', expected: 8, events: [happened(9)] }));
answer('a version that leaves a gap', gap ? `refused (${gap})` : 'stored');

const changed = await errorOf(() => db.query(`UPDATE event_store.events SET data = '{}'`));
answer('UPDATE of an event', changed ? `refused (${changed})` : 'allowed');

const log = new PostgresSettledLog({ connection: { url, applicationName: 'reader' }, table: eventsTable, waitMs: 100 });
const seen = [];
let cursor = await log.beginning();
const reading = new AbortController();
const reader = (async () => {
  while (!reading.signal.aborted) {
    const records = await log.read(cursor, 100);
    seen.push(...records.map(({ key }) => key));
    cursor = { epoch: cursor.epoch, position: records.at(-1)?.position ?? cursor.position };
  }
})();
const sees = (stream) => within(LONG_ENOUGH_MS, () => seen.includes(stream));
answer('a subscriber that starts later', (await sees('test-version')) ? 'sees what went before' : 'misses it');

/** An append in a transaction that stays open until it is released; or is rolled back then. */
function held(stream, { fails = false } = {}) {
  const [inside, leave] = [gate(), gate()];
  const done = unitOfWork
    .run(async () => {
      await append(stream, 1);
      inside.open();
      await leave.opened;
      if (fails) throw new Error('rolled back');
    })
    .catch((error) => error);
  return { entered: inside.opened, release: leave.open, done };
}

const slow = held('test-slow');
await slow.entered;
await append('test-fast', 1);
await within(1000, () => seen.includes('test-fast'));
slow.release();
await slow.done;
answer('a slow transaction', (await sees('test-slow')) ? 'its event is delivered' : 'its event is lost');

await append('test-shared', 1);
const failing = held('test-shared', { fails: true });
await failing.entered;
const waited = held('test-shared');
await within(1000, blocked);
const other = held('test-other');
await other.entered;
failing.release();
await failing.done;
await waited.entered;
waited.release();
await waited.done;
await within(1000, () => seen.filter((stream) => stream === 'test-shared').length === 2);
other.release();
await other.done;
await append('test-after', 1);
if (!(await sees('test-after'))) throw new Error('the subscriber has stopped');
answer(
  'a slow transaction beside a rolled-back one',
  (await sees('test-other')) ? 'its event is delivered' : 'its event is lost',
);
reading.abort();
await reader;
const copy = [];
for (let from = await log.beginning(); ;) {
  const records = await log.read(from, 100);
  copy.push(...records.map(({ key }) => key));
  if (copy.includes('test-after')) break;
  from = { epoch: from.epoch, position: records.at(-1)?.position ?? from.position };
}
answer('that event, read again from the beginning', copy.includes('test-other') ? 'delivered' : 'lost');
answer('snapshots', typeof every === 'function' ? 'yes' : 'no');
process.exit(0);

async function blocked() {
  const { rowCount } = await db.query(
    `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rowCount > 0;
}
