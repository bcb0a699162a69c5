// On a real database: a handler's statement that fails is its record's failure, never taken for a database that is away.
import type { EntityManager } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { eventually } from '../../../../../test/support/eventually.js';
import { systemClock, systemIds, type LogRecord } from '../../core/index.js';
import {
  eventsTable,
  PostgresCheckpointStore,
  PostgresParkingStore,
  PostgresSettledLog,
  Waking,
} from '../../postgres/index.js';
import { LiveTail } from '../runner/live-tail.js';
import { silentLogger } from '../logger.js';
import { SubscriptionRunner } from '../runner/subscription-runner.js';

/** By stream, so that each is a key of its own. */
const statements: Readonly<Record<string, (db: EntityManager) => Promise<unknown>>> = {
  'bad-protocol_violation': (db) => db.query('SELECT $1::int', [1, 2]),
  async 'bad-statement_timeout'(db) {
    await db.query('SET LOCAL statement_timeout = 50');
    await db.query('SELECT pg_sleep(5)');
  },
  async 'bad-lock_timeout'(db) {
    await db.query('SET LOCAL lock_timeout = 50');
    await db.query('LOCK TABLE busy IN ACCESS EXCLUSIVE MODE');
  },
  /** It goes out with COMMIT, which is skipped then. */
  'bad-change': () => test.database.change({ text: 'SELECT 1 / $1::int', values: [0] }),
  'fine-1': () => Promise.resolve(),
};

let test: TestStore;
let log: PostgresSettledLog;
let tail: LiveTail;
let runner: SubscriptionRunner;

beforeAll(async () => {
  const waking = new Waking({});
  test = await openTestStore({ poolSize: 5, onAppended: () => waking.signal('events') });
  await test.dataSource.query('CREATE TABLE busy (n int)');
  log = new PostgresSettledLog({ connection: { url: test.url, applicationName: 'test' }, table: eventsTable, waking });
  tail = new LiveTail(log, systemClock);
});

afterAll(async () => {
  await runner.stop();
  tail.close();
  await log.close();
  await test.close();
});

it('parks a record whose statement fails or is given up on, while the others go on', async () => {
  const holder = test.dataSource.createQueryRunner();
  await holder.startTransaction();
  await holder.query('LOCK TABLE busy IN ACCESS SHARE MODE');
  for (const stream of Object.keys(statements)) {
    const event = { id: systemIds.next(), type: 'note', schemaVersion: 1, data: {}, metadata: { correlationId: 'c' } };
    await test.store.append({ stream, expected: 'no-stream', events: [event] });
  }
  const handled: string[] = [];
  const parking = new PostgresParkingStore(test.database);
  runner = new SubscriptionRunner({
    definition: {
      name: 'statements',
      log: 'events',
      start: 'beginning',
      delivery: 'transactional',
      wants: () => true,
      retry: { maxAttempts: 2, firstDelayMs: 10 },
      handle: async ({ key }: LogRecord, { db }) => {
        await statements[key]!(db as EntityManager);
        handled.push(key);
      },
    },
    tail,
    owner: 'process-1',
    checkpoints: new PostgresCheckpointStore(test.database),
    parking,
    unitOfWork: test.unitOfWork,
    clock: systemClock,
    ids: systemIds,
    logger: silentLogger,
    pollMs: 50,
  });
  runner.start();
  await eventually(
    async () =>
      expect((await parking.list({ status: 'parked' })).map(({ key, reason }) => [key, reason.split(':')[0]])).toEqual([
        ['bad-protocol_violation', '08P01'],
        ['bad-statement_timeout', '57014'],
        ['bad-lock_timeout', '55P03'],
        ['bad-change', '22012'],
      ]),
    { timeoutMs: 15_000 },
  );
  expect(handled.sort()).toEqual(['bad-change', 'bad-change', 'fine-1']); // as often as its policy says: nothing of it is uncertain
  await holder.rollbackTransaction();
  await holder.release();
});
