// `npm run bench -- rebuild`: a read model of 300,000 events is built anew while others append and its builder is killed; it must equal the one that is served.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { EventRegistry, systemClock, systemIds } from '../../libs/event-store/src/core/index.js';
import { operatedProjection } from '../../libs/event-store/src/nest/operated-projection.js';
import { rebuildProjection } from '../../libs/event-store/src/operations/index.js';
import type { OpenContext } from '../../libs/event-store/src/postgres/operations/index.js';
import {
  LiveTail,
  projectionSubscriptions,
  silentLogger,
  SubscriptionRunner,
} from '../../libs/event-store/src/subscriptions/index.js';
import {
  BALANCE_TABLES,
  BalanceProjection,
  BalanceV2Projection,
  UNEQUAL_BALANCES,
} from '../../test/support/balances.js';
import type { EmbeddedPostgres } from '../../tools/postgres/index.js';
import { openStore, type StoreOfBench } from '../lab/store.js';
import type { BenchOptions, WorkResult } from '../lab/work.js';
import { openBank } from './bank.js';

const ACCOUNTS = 10_000;
const EVENTS_EACH = Number(process.env['REBUILD_EVENTS'] ?? 300_000) / ACCOUNTS;
const APPENDS_A_SECOND = 200;
const RAW = 20_000;
const BATCH = 1_000;

/** Of the raw statements, one after the other, a thousand in a transaction. */
const GOAL = 0.5;

/** @throws Error when a row differs. */
export async function benchRebuild(server: EmbeddedPostgres, options: BenchOptions): Promise<WorkResult[]> {
  const store = await openStore(server, 'rebuild');
  for (const statement of BALANCE_TABLES) await store.dataSource.query(statement);
  await fill(store);
  const context = await openBank(store.url);
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  say('history is there');
  const raw = await rawPerSecond(store.url);
  await serveFirst(context);
  say(`raw: ${Math.round(raw)} statements/s`);
  const live = serve(context);
  const stopping = new AbortController();
  const writing = write(store, stopping.signal);
  await killOne(store.url, context);
  const before = (await context.checkpoints.list()).find(({ name }) => name === 'balance@v2')!.cursor.position;
  say(`the builder was killed at position ${before}`);
  const { signal } = new AbortController();
  const projection = operatedProjection(BalanceV2Projection);
  const owner = randomUUID();
  const done = await rebuildProjection(context, { projection, inboundTypes: new Set(), owner, actor: 'bench', signal });
  if (done.outcome !== 'switched') throw new Error(`The rebuild ended with ${done.outcome}.`);
  say(`serves since position ${done.position}`);
  stopping.abort();
  const written = await writing;
  // Level both, then compare: the new version goes on from its checkpoint, as its service would.
  const next = serve(context, BalanceV2Projection);
  const { last } = await context.facts.endOf('events', 0);
  const places = async () => (await context.checkpoints.list()).map(({ cursor }) => cursor.position);
  while ((await places()).some((position) => position < last)) await sleep(100);
  await Promise.all([live.stop(), next.stop()]);
  const unequal: unknown[] = await store.dataSource.query(UNEQUAL_BALANCES);
  const [{ rows }] = (await store.dataSource.query('SELECT count(*)::int AS rows FROM balance_v2')) as [
    { rows: number },
  ];
  say(
    `rebuild of ${ACCOUNTS * EVENTS_EACH} events, killed at ${before} and resumed, while ${written} were appended: ` +
      `${rows} rows, ${unequal.length} differ from those that were served meanwhile`,
  );
  await context.close();
  await store.close();
  if (unequal.length > 0 || rows !== ACCOUNTS)
    throw new Error('The read model built anew is not the one that is served.');
  const perSecond = (done.handled / done.tookMs) * 1_000;
  const ratio = perSecond / raw;
  const standing = { ratio, min: ratio, max: ratio };
  const standings = [
    { name: 'raw', perSecond: raw, ratio: 1, min: 1, max: 1 },
    { name: 'starter', perSecond, ...standing },
  ];
  const result: WorkResult = { work: 'rebuild', inFlight: 1, goal: GOAL, standings };
  options.progress(result);
  return [result];
}

async function fill({ dataSource }: StoreOfBench): Promise<void> {
  for (let version = 1; version <= EVENTS_EACH; version += 1) {
    await dataSource.query(
      `INSERT INTO event_store.events (id, stream, version, type, schema_version, data, metadata)
       SELECT gen_random_uuid(), 'account-' || a, $1::int, CASE WHEN $1 = 1 THEN 'account.opened' ELSE 'account.deposited' END, 1,
              CASE WHEN $1 = 1 THEN jsonb_build_object('owner', 'owner ' || a) ELSE jsonb_build_object('amountMinor', a % 97 + $1) END,
              '{"correlationId": "c"}'
         FROM generate_series(1, $2::int) a ORDER BY a`,
      [version, ACCOUNTS],
    );
  }
  await dataSource.query('ANALYZE');
}

/** The rows the first version would have written by now, by set: what is compared later is how both go on. */
async function serveFirst({ versions, checkpoints, logs, dataSource, unitOfWork }: OpenContext): Promise<void> {
  const { last } = await logs.events.head().then(({ position }) => ({ last: position }));
  await versions.begin({ name: 'balance', version: 1 });
  await versions.serve({ name: 'balance', version: 1 }, last);
  await versions.takeUp({ name: 'balance', version: 1 });
  const lease = await checkpoints.acquire({ name: 'balance@v1', log: 'events' }, 'fill', 60_000, () =>
    logs.events.beginning(),
  );
  await dataSource.query(
    `INSERT INTO balance SELECT split_part(stream, '-', 2), max(data ->> 'owner'), coalesce(sum((data ->> 'amountMinor')::int), 0)
       FROM event_store.events GROUP BY stream`,
  );
  await unitOfWork.run(() => checkpoints.save(lease!, last));
  await checkpoints.release(lease!);
}

function serve(context: OpenContext, projectionClass: new () => object = BalanceProjection): SubscriptionRunner {
  const projection = operatedProjection(projectionClass);
  const registry = new EventRegistry().register(...projection.handlers.keys());
  const settled = context.logs;
  const inboundTypes = new Set<string>();
  const [definition] = projectionSubscriptions(projection, {
    ...context,
    registry,
    settled,
    inboundTypes,
    by: 'service',
  });
  const runner = new SubscriptionRunner({
    ...context,
    definition: definition!,
    tail: new LiveTail(settled.events, systemClock),
    owner: randomUUID(),
    ids: systemIds,
    logger: silentLogger,
  });
  runner.start();
  return runner;
}

async function write({ store }: StoreOfBench, signal: AbortSignal): Promise<number> {
  let count = 0;
  for (const began = Date.now(); !signal.aborted; count += 1) {
    const id = randomUUID();
    const event = {
      id,
      type: 'account.deposited',
      schemaVersion: 1,
      data: { amountMinor: 1 },
      metadata: { correlationId: 'c' },
    };
    await store.append({ stream: `account-${(count % ACCOUNTS) + 1}`, expected: 'any', events: [event] });
    const early = began + (count * 1_000) / APPENDS_A_SECOND - Date.now();
    if (early > 0) await sleep(early);
  }
  return count;
}

/** Another process builds until a third is done, and is killed without a chance to say so. */
async function killOne(url: string, { checkpoints }: OpenContext): Promise<void> {
  const child = fork(fileURLToPath(new URL('./builder.ts', import.meta.url)), [url], { execArgv: ['--import', 'tsx'] });
  const ended = once(child, 'exit');
  const third = BigInt(Math.floor((ACCOUNTS * EVENTS_EACH) / 3));
  for (;;) {
    const place = (await checkpoints.list()).find(({ name }) => name === 'balance@v2');
    if (place && place.cursor.position >= third) break;
    if (child.exitCode !== null) throw new Error(`The builder ended by itself, with ${child.exitCode}.`);
    await sleep(50);
  }
  child.kill('SIGKILL');
  await ended;
}

/** The same statements through the driver, without checkpoint, lease or events to read. Rolled back. */
async function rawPerSecond(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const began = performance.now();
  for (let n = 0; n < RAW; n += 1) {
    if (n % BATCH === 0) await client.query(n === 0 ? 'BEGIN' : 'COMMIT; BEGIN');
    if (n < RAW / 2)
      await client.query('INSERT INTO balance_v2 (id, owner, minor, deposits) VALUES ($1, $2, 0, 0)', [`${n}`, 'o']);
    else
      await client.query('UPDATE balance_v2 SET minor = minor + $2, deposits = deposits + 1 WHERE id = $1', [
        `${n - RAW / 2}`,
        1,
      ]);
  }
  await client.query('COMMIT');
  const perSecond = RAW / ((performance.now() - began) / 1_000);
  await client.query('TRUNCATE balance_v2');
  await client.end();
  return perSecond;
}
