// The checker reads the real tables: what is planted there is found, and a store that was used properly is clean.
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../../../../test/support/eventually.js';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { createTestDatabase, type TestDatabase } from '../../../../../test/support/postgres.js';
import {
  aggregateEvents,
  AggregateStore,
  contentHash,
  EventRegistry,
  systemClock,
  systemIds,
  type AppendRequest,
  type SnapshotStore,
} from '../../core/index.js';
import { migrateBus } from '../../postgres/bus/bus-migrations.js';
import { PostgresProcessStore, PostgresSnapshotStore } from '../../postgres/index.js';
import { moveTimers } from '../move-timers.js';
import { Sale } from '../simulation/shop/sale.js';
import {
  checkImmutable,
  checkInvariants,
  checkSnapshots,
  notAtRest,
  publishedOnPostgres,
  readStateCopies,
  readSystemState,
  type Row,
  type StoresOfStates,
  type SystemProbe,
} from './index.js';

let store: TestStore;
let busDatabase: TestDatabase;
let service: pg.Client;
let bus: pg.Client;
let probe: SystemProbe;

beforeAll(async () => {
  store = await openTestStore();
  busDatabase = await createTestDatabase();
  service = await connect(store.url);
  bus = await connect(busDatabase.url);
  await migrateBus(bus);
  const queryOf =
    (client: pg.Client) =>
    async (sql: string, params: readonly unknown[] = []): Promise<Row[]> =>
      (await client.query<Row>(sql, [...params])).rows;
  probe = {
    shapes: [
      {
        service: 'shop',
        publishes: [{ topic: 'shop.v1', types: { 'sale.made': 'shop.sale.made.v1' } }],
        consumes: ['shop.v1'],
      },
    ],
    queries: { shop: queryOf(service) },
    publishedMessages: publishedOnPostgres(queryOf(bus)),
  };
});
afterAll(async () => {
  await Promise.all([service.end(), bus.end()]);
  await Promise.all([store.close(), busDatabase.drop()]);
});

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

const found = async (): Promise<string[]> =>
  checkInvariants(await readSystemState(probe)).map(({ sentence }) => sentence);

it('finds what is planted in events, commands, subscriptions, parking, inbox, outgoing commands and the bus', async () => {
  const [sale, command] = [systemIds.next(), systemIds.next()];
  const request: AppendRequest = {
    stream: `sale-${sale}`,
    expected: 'no-stream',
    events: [
      {
        id: systemIds.next(),
        type: 'sale.made',
        schemaVersion: 1,
        data: {},
        metadata: { correlationId: 'c', commandId: command },
      },
    ],
    command: { id: command, stream: `sale-${sale}`, step: 0, type: 'Sell', contentHash: 'h' },
  };
  await store.store.append(request);
  const event = request.events[0]!.id;
  expect(await found()).toEqual([`I4: sale.made ${event} (sale-${sale} version 1) of shop is not on shop.v1.`]);

  const headers = { ce_id: 'm1', ce_type: 'shop.sale.made.v1', ce_causationid: event, ce_streamversion: '1' };
  await bus.query(`INSERT INTO bus.topics (name, partitions) VALUES ('shop.v1', 1)`);
  const publish = (value: string) =>
    bus.query(`INSERT INTO bus.messages (topic, partition, key, headers, value) VALUES ('shop.v1', 0, $1, $2, $3)`, [
      sale,
      headers,
      Buffer.from(value),
    ]);
  await publish('{}');
  expect(await found()).toEqual(['I5: shop has not received shop.sale.made.v1 m1 of shop.v1.']);

  await service.query(
    `INSERT INTO event_store.inbound_messages (id, topic, key, type, schema_version, version, data, metadata, content_hash)
     VALUES ('m1', 'shop.v1', $1, 'shop.sale.made.v1', 1, 1, '{}', '{}', 'h')`,
    [sale],
  );
  expect(await found()).toEqual([]);

  await publish('{"other":1}');
  await service.query(`
    INSERT INTO event_store.subscriptions (name, log, log_epoch, position) VALUES ('relay', 'events', 'e', 0);
    INSERT INTO event_store.parked_messages (subscription, log, position, message_id, type, key, status, reason)
      VALUES ('saga', 'inbound', 1, 'm1', 'shop.sale.made.v1', 'k', 'parked', 'no');
    INSERT INTO event_store.unreadable_messages (topic, partition, "offset", headers, reason_code, detail)
      VALUES ('shop.v1', 0, '9', '{}', 'not-json', '');
    INSERT INTO event_store.outgoing_commands (id, key, type, data, metadata)
      VALUES ('${sale}', 'saga/k', 'Charge', '{}', '{}')`);
  expect(await found()).toEqual([
    'I3: shop: subscription relay is at position 0 of events, which goes to 1.',
    'I3: shop: saga has set shop.sale.made.v1 m1 of key k aside (parked): no.',
    'I4: The 2 copies of message m1 on shop.v1 differ.',
    'I5: shop could not read the message at shop.v1/0@9 (not-json).',
    `I5: shop decided to send Charge ${sale} (saga/k), and no decision is recorded for it.`,
  ]);
});

it('finds what is planted in processes, timers and signals', async () => {
  const [process, timer] = [systemIds.next(), systemIds.next()];
  const before = await found();
  const since = async () => (await found()).filter((sentence) => !before.includes(sentence));
  const processes = new PostgresProcessStore(store.database);
  const metadata = { correlationId: 'c' };
  await store.unitOfWork.run(async () => {
    const row = (await processes.lock('charge', [process], new Set([process]))).get(process)!;
    await processes.save({ ...row, status: 'running', stateVersion: 1 });
    const deadline = { process: 'charge', id: process, timerId: timer, name: 'deadline', afterMs: 60_000, metadata };
    await processes.schedule([deadline]);
  });
  expect(await since()).toEqual([]);
  const lagging = async () => notAtRest(await readSystemState(probe)).filter((lag) => lag.includes('timer'));
  expect(await lagging()).toEqual([]);
  await moveTimers(probe.queries['shop']!, 60_000);
  expect(await lagging()).toEqual([
    expect.stringMatching(`shop: timer deadline of charge/${process} has been due for`),
  ]);
  await processes.fireDue(10);
  expect(await lagging()).toEqual([]);
  expect(await since()).toEqual([]);

  const command = { commandId: timer, commandType: 'Charge', commandData: {}, code: 'c', message: 'm' };
  await processes.signal({
    process: 'charge',
    id: process,
    signalId: 's1',
    kind: 'rejection',
    data: command,
    metadata,
  });
  await service.query(`
    INSERT INTO event_store.process_timers (timer_id, process, process_id, name, due_at, metadata)
      VALUES ('${timer}', 'charge', 'other', 'deadline', now(), '{}');
    UPDATE event_store.processes SET status = 'new'`);
  expect(await since()).toEqual([
    `I5: shop: process charge/${process} is new, expected running or completed.`,
    `I5: shop: timer deadline ${timer} of charge/other has fired, and is to fire again.`,
    `I5: shop: timer deadline ${timer} of charge/other is for a process that does not exist.`,
    `I5: shop: process.rejection s1 tells charge/${process} of command ${timer}, which it has not sent.`,
  ]);
});

it('I13 finds a log that somebody could change: without its trigger, or with a right that nobody needs', async () => {
  const immutable = async () => (await checkImmutable('shop', probe.queries['shop']!)).map(({ sentence }) => sentence);
  const role = `clerk_${store.url.split('/').at(-1)}`;
  expect(await immutable()).toEqual([]);
  await service.query('BEGIN');
  try {
    await service.query(`ALTER TABLE event_store.events DISABLE TRIGGER events_immutable`);
    await service.query(`CREATE ROLE "${role}"`);
    await service.query(`GRANT SELECT, UPDATE, DELETE ON event_store.events TO "${role}"`);
    expect(await immutable()).toEqual([
      'I13: shop has no trigger events_immutable at work: the owner could change events.',
      `I13: shop grants UPDATE, DELETE on its events to ${role}.`,
    ]);
  } finally {
    await service.query('ROLLBACK');
  }
  expect(await immutable()).toEqual([]);
});

it('I9 finds a snapshot that tells another story than the events of its stream', async () => {
  const snapshots = new PostgresSnapshotStore(store.database);
  const registry = new EventRegistry().register(...aggregateEvents(Sale));
  const parts = { events: store.store, snapshots, registry, clock: systemClock, ids: systemIds };
  await new AggregateStore(Sale, parts).create('snapshot', (sale) => sale.make(100, 1_000));
  const kept = await eventually(async () => {
    const snapshot = await snapshots.load('sale-snapshot');
    expect(snapshot).toBeDefined();
    return snapshot!;
  });
  const states = async (stores: StoresOfStates) =>
    checkSnapshots('shop', await readStateCopies(Sale, ['sale-snapshot', 'other-stream'], stores));
  expect(await states(parts)).toEqual([]);
  const lie = { status: 'cancelled' };
  const liar: SnapshotStore = {
    load: () => Promise.resolve({ ...kept, state: lie, stateHash: contentHash(lie) }),
    save: () => Promise.resolve(),
    drop: () => Promise.resolve(),
    dropOf: () => Promise.resolve(0),
  };
  expect(await states({ ...parts, snapshots: liar })).toMatchObject([
    { sentence: 'I9: shop: sale-snapshot through its snapshot is not what its events give.' },
  ]);
});
