// PostgreSQL quotes a wrong value in its very sentence: what is kept and told of a failed record has none of it.
import type { EntityManager } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { eventually } from '../../../../../test/support/eventually.js';
import { systemClock, systemIds, type LogRecord } from '../../core/index.js';
import { MemoryBroker } from '../../memory/index.js';
import { DeadLetterMirror, type ReceivedMessage } from '../../messaging/index.js';
import {
  eventsTable,
  PostgresCheckpointStore,
  PostgresDeadLetterStore,
  PostgresParkingStore,
  PostgresSettledLog,
  Waking,
} from '../../postgres/index.js';
import { LiveTail } from '../runner/live-tail.js';
import type { Logger } from '../logger.js';
import { SubscriptionRunner } from '../runner/subscription-runner.js';

/** Long enough that no id and no time has it by chance. */
const CANARY_NUMBER = '471147114711471147114711';
const CANARY = 'canary4711 "quoted"';
const topic = 'view.dead-letter';

/** By stream, so that each is a key of its own; and the code of its failure. */
const failing: Readonly<Record<string, readonly [code: string, work: (db: EntityManager) => unknown]>> = {
  'bad-uuid': ['22P02', (db) => db.query('SELECT $1::uuid', [CANARY])],
  'bad-time': ['22007', (db) => db.query('SELECT $1::timestamptz', [CANARY])],
  'bad-number': ['22003', (db) => db.query('SELECT $1::text::int', [CANARY_NUMBER])],
  'bad-json': ['SyntaxError', () => JSON.parse(CANARY) as unknown],
};

let test: TestStore;
let log: PostgresSettledLog;
let tail: LiveTail;
let runner: SubscriptionRunner;
let mirror: DeadLetterMirror;
const broker = new MemoryBroker();

beforeAll(async () => {
  const waking = new Waking({});
  test = await openTestStore({ poolSize: 5, onAppended: () => waking.signal('events') });
  log = new PostgresSettledLog({ connection: { url: test.url, applicationName: 'test' }, table: eventsTable, waking });
  tail = new LiveTail(log, systemClock);
});

afterAll(async () => {
  await mirror.stop();
  await runner.stop();
  tail.close();
  await log.close();
  await broker.close();
  await test.close();
});

it('parks a record whose values are wrong, and says so in row, listing, log and dead letter without them', async () => {
  const lines: string[] = [];
  const write = (message: string, fields: object = {}): void =>
    void lines.push(
      `${message} ${JSON.stringify(fields, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))}`,
    );
  const logger: Logger = { debug: write, info: write, warn: write, error: write };
  const parking = new PostgresParkingStore(test.database);
  for (const stream of Object.keys(failing)) {
    const event = { id: systemIds.next(), type: 'note', schemaVersion: 1, data: {}, metadata: { correlationId: 'c' } };
    await test.store.append({ stream, expected: 'no-stream', events: [event] });
  }
  runner = new SubscriptionRunner({
    definition: {
      name: 'view',
      log: 'events',
      start: 'beginning',
      delivery: 'transactional',
      wants: () => true,
      retry: { maxAttempts: 2, firstDelayMs: 10 },
      handle: async ({ key }: LogRecord, { db }) => {
        await failing[key]![1](db as EntityManager);
      },
    },
    tail,
    owner: 'process-1',
    checkpoints: new PostgresCheckpointStore(test.database),
    parking,
    unitOfWork: test.unitOfWork,
    clock: systemClock,
    ids: systemIds,
    logger,
    pollMs: 50,
  });
  runner.start();
  await eventually(async () => expect(await parking.list({ status: 'parked' })).toHaveLength(4), { timeoutMs: 15_000 });

  const received: ReceivedMessage[] = [];
  await broker.ensureTopics([{ name: topic, partitions: 1 }]);
  await broker.consume({ group: 'g', topics: [topic], handler: async (batch) => (received.push(...batch), 'ack') });
  mirror = new DeadLetterMirror({
    topic,
    service: 'order-service',
    store: new PostgresDeadLetterStore(test.database),
    broker,
    logs: { events: log, inbound: log, outgoing: log },
    refOf: () => 'ref',
    clock: systemClock,
    ids: systemIds,
    logger,
  });
  mirror.start();
  await eventually(() => expect(received).toHaveLength(4), { timeoutMs: 15_000 });

  const listed = await parking.list({ status: 'parked' });
  const rows = await test.dataSource.query<{ row: string }[]>(
    'SELECT p::text AS row FROM event_store.parked_messages p',
  );
  const told = {
    rows: rows.map(({ row }) => row),
    listed: listed.map(({ reason }) => reason),
    letters: received.map(({ headers }) => JSON.stringify(headers)),
    lines,
  };
  for (const [key, [code]] of Object.entries(failing)) {
    expect(listed.find((one) => one.key === key)?.reason).toMatch(new RegExp(`^${code}: .*\\[redacted\\]`));
    expect(lines).toContainEqual(
      expect.stringContaining(
        `has parked a record; its key waits behind it. {"subscription":"view","log":"events","key":"${key}"`,
      ),
    );
  }
  expect(told.letters).toContainEqual(expect.stringContaining('"dead-letter-reason":"22P02: invalid input syntax'));
  for (const [place, texts] of Object.entries(told)) {
    expect({ place, texts: texts.filter((text) => text.includes('canary') || text.includes(CANARY_NUMBER)) }).toEqual({
      place,
      texts: [],
    });
  }
});
