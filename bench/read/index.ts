// `npm run bench -- read`: an aggregate from its stream, and the whole log in order, against the same SELECT with the driver's defaults.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { eventsTable, PostgresSettledLog, PostgresSnapshotStore } from '../../libs/event-store/src/postgres/index.js';
import type { EmbeddedPostgres } from '../../tools/postgres/index.js';
import { interleaved, type Contestant } from '../lab/rounds.js';
import { openStore } from '../lab/store.js';
import type { BenchOptions, WorkResult } from '../lab/work.js';
import { fill } from './fill.js';
import { Order, ordersOf, OrderWithSnapshots } from './order.js';

const COLUMNS = 'position, id, stream, version, type, schema_version, data, metadata, occurred_at';
const LONG = 1_000;
const VERY_LONG = 10_000;
const ALL = 200_000;
const PAGE = 1_000;

export async function benchRead(server: EmbeddedPostgres, options: BenchOptions): Promise<WorkResult[]> {
  const store = await openStore(server, 'read');
  await fill(store.url, { first: 0, count: LONG, eventsOfStream: LONG });
  await fill(store.url, { first: 1, count: ALL - LONG, eventsOfStream: 10 });
  const raw = new pg.Client({ connectionString: store.url });
  await raw.connect();
  const log = new PostgresSettledLog({ connection: { url: store.url, applicationName: 'bench' }, table: eventsTable });
  const orders = ordersOf(Order, store.store);
  const results: WorkResult[] = [];
  const measure = async (work: string, goal: number, ...contestants: Contestant[]): Promise<void> => {
    results.push({ work, inFlight: 1, goal, standings: await interleaved(contestants, options.rounds) });
    options.progress(results.at(-1)!);
  };

  const select = `SELECT ${COLUMNS} FROM event_store.events WHERE stream = $1 ORDER BY version`;
  await measure(
    'rehydrate1000',
    0.95,
    {
      name: 'raw',
      run: () =>
        timesPerSecond(options.roundMs, () => raw.query({ name: 'stream', text: select, values: ['order-0'] })),
    },
    { name: 'starter', run: () => timesPerSecond(options.roundMs, () => orders.load('0')) },
  );

  const page = `SELECT ${COLUMNS} FROM event_store.events WHERE position > $1 ORDER BY position LIMIT ${PAGE}`;
  await measure(
    'readAll',
    0.9,
    {
      name: 'raw',
      run: () =>
        timesPerSecond(0, async () => {
          for (let after = '0', read = 0; read < ALL;) {
            const { rows } = await raw.query<{ position: string }>({ name: 'page', text: page, values: [after] });
            read += rows.length;
            after = rows.at(-1)!.position;
          }
        }),
    },
    {
      name: 'starter',
      run: () =>
        timesPerSecond(0, async () => {
          let after = await log.beginning();
          for (let read = 0; read < ALL;) {
            const records = await log.read(after, PAGE);
            read += records.length;
            after = { ...after, position: records.at(-1)!.position };
          }
        }),
    },
  );

  await fill(store.url, { first: ALL, count: VERY_LONG, eventsOfStream: VERY_LONG });
  const snapshots = new PostgresSnapshotStore(store.database);
  const kept = ordersOf(OrderWithSnapshots, store.store, snapshots);
  await kept.update(String(ALL), (order) => order.place(VERY_LONG));
  while (!(await snapshots.load(`order-${ALL}`))) await sleep(10); // taken where nobody waits for it
  await kept.update(String(ALL), (order) => {
    for (let n = 0; n < 50; n += 1) order.place(n); // halfway to the next one
  });
  await measure(
    'snapshot',
    20,
    { name: 'no snapshot', run: () => timesPerSecond(options.roundMs, () => orders.load(String(ALL))) },
    { name: 'starter', run: () => timesPerSecond(options.roundMs, () => kept.load(String(ALL))) },
  );

  await log.close();
  await raw.end();
  await store.close();
  return results;
}

/** At least once, and until `ms` are over. */
async function timesPerSecond(ms: number, work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  let times = 0;
  do {
    await work();
    times += 1;
  } while (performance.now() - begin < ms);
  return (times / (performance.now() - begin)) * 1_000;
}
