// The engines on a real database that drops their connections: what was appended is what was seen, once and in order.
import type { EntityManager } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { eventually } from '../../../../../test/support/eventually.js';
import { systemClock, systemIds, UnavailableError, type LogRecord, type Transaction } from '../../core/index.js';
import {
  eventsTable,
  PostgresCheckpointStore,
  PostgresParkingStore,
  PostgresSettledLog,
  Waking,
} from '../../postgres/index.js';
import { LiveTail } from './live-tail.js';
import { silentLogger } from '../logger.js';
import type { SubscriptionDefinition } from '../subscription.js';
import { SubscriptionRunner } from './subscription-runner.js';

const WRITERS = 4;
const EVENTS_EACH = 250;

interface Row {
  readonly position: string;
  readonly stream: string;
  readonly version: number;
}

describe('subscriptions on PostgreSQL', () => {
  let test: TestStore;
  let waking: Waking;
  const logs: PostgresSettledLog[] = [];
  const tails: LiveTail[] = [];
  const runners: SubscriptionRunner[] = [];

  beforeAll(async () => {
    waking = new Waking({});
    test = await openTestStore({ poolSize: 20, onAppended: () => waking.signal('events') });
    await test.dataSource.query(
      'CREATE TABLE seen (subscription text, n bigserial, position bigint, stream text, version int)',
    );
  });

  afterAll(async () => {
    await Promise.all(runners.map((runner) => runner.stop()));
    for (const tail of tails) tail.close();
    await Promise.all(logs.map((log) => log.close()));
    await test.close();
  });

  /** A process of its own: own log reader, own tail, own owner of leases. */
  function startProcess(owner: string, definitions: readonly SubscriptionDefinition[]): SubscriptionRunner[] {
    const connection = { url: test.url, applicationName: 'event-store-test' };
    const log = new PostgresSettledLog({ connection, table: eventsTable, waking });
    const tail = new LiveTail(log, systemClock);
    logs.push(log);
    tails.push(tail);
    const started = definitions.map(
      (definition) =>
        new SubscriptionRunner({
          definition,
          tail,
          owner,
          checkpoints: new PostgresCheckpointStore(test.database),
          parking: new PostgresParkingStore(test.database),
          unitOfWork: test.unitOfWork,
          clock: systemClock,
          ids: systemIds,
          logger: silentLogger,
          batchSize: 40,
          pollMs: 200,
          leaseTtlMs: 3_000,
        }),
    );
    for (const runner of started) runner.start();
    runners.push(...started);
    return started;
  }

  async function write(writer: number): Promise<void> {
    for (let index = 0; index < EVENTS_EACH; index += 1) {
      const stream = `account-${writer}-${index % 5}`;
      const event = {
        id: systemIds.next(),
        type: 'account.deposited',
        schemaVersion: 1,
        data: {},
        metadata: { correlationId: 'c' },
      };
      for (;;) {
        try {
          await test.store.append({ stream, expected: 'any', events: [event] });
          break;
        } catch (error) {
          if (!(error instanceof UnavailableError)) throw error;
        }
      }
    }
  }

  async function dropConnections(): Promise<void> {
    await test.dataSource
      .query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
      )
      .catch(() => undefined);
  }

  async function seenBy(subscription: string): Promise<Row[]> {
    const query = 'SELECT position, stream, version FROM seen WHERE subscription = $1 ORDER BY n';
    return test.dataSource.query<Row[]>(query, [subscription]);
  }

  const insert = (db: EntityManager, name: string, { position, key, version }: LogRecord): Promise<unknown> =>
    db.query('INSERT INTO seen (subscription, position, stream, version) VALUES ($1, $2, $3, $4)', [
      name,
      position,
      key,
      version,
    ]);

  it('sees every event once and in order while connections are dropped and a handler fails now and then', async () => {
    const total = WRITERS * EVENTS_EACH;
    const wants = ({ type }: LogRecord): boolean => type === 'account.deposited';
    const base = { log: 'events', start: 'beginning', wants } as const;
    const once = new Set<bigint>();
    const exact: SubscriptionDefinition = {
      ...base,
      name: 'exact',
      delivery: 'transactional',
      handle: async (record, transaction: Transaction) => {
        await insert(transaction.db as EntityManager, 'exact', record);
      },
    };
    const moody: SubscriptionDefinition = {
      ...base,
      name: 'moody',
      delivery: 'transactional',
      retry: { firstDelayMs: 20, maxDelayMs: 50, maxAttempts: 50 },
      handle: async (record, transaction: Transaction) => {
        await insert(transaction.db as EntityManager, 'moody', record);
        if (record.version % 17 !== 0 || once.has(record.position)) return;
        once.add(record.position);
        await (transaction.db as EntityManager).query('SELECT 1 / 0');
      },
    };
    const calls: LogRecord[] = [];
    const outside: SubscriptionDefinition = {
      ...base,
      name: 'outside',
      delivery: 'concurrent',
      handle: (record) => Promise.resolve(void calls.push(record)),
    };
    const sent: LogRecord[] = [];
    const relay: SubscriptionDefinition = {
      ...base,
      name: 'relay',
      delivery: 'batch',
      batchSize: 60,
      handleBatch: (records) => {
        sent.push(...records);
        return Promise.resolve([]);
      },
    };
    startProcess('process-1', [exact, moody, outside, relay]);
    startProcess('process-2', [exact, moody, outside, relay]);

    const writing = Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
    for (const threshold of [0.2, 0.6]) {
      await eventually(async () => expect((await seenBy('exact')).length).toBeGreaterThan(total * threshold), {
        timeoutMs: 60_000,
      });
      await dropConnections();
    }
    await writing;
    const appended = await test.dataSource.query<Row[]>(
      'SELECT position, stream, version FROM event_store.events ORDER BY position',
    );
    expect(appended).toHaveLength(total);
    const last = BigInt(appended.at(-1)!.position);
    await eventually(
      async () => {
        const statuses = await new PostgresCheckpointStore(test.database).list();
        expect(statuses.map(({ name, cursor }) => [name, cursor.position])).toEqual(
          ['exact', 'moody', 'outside', 'relay'].map((name) => [name, last]),
        );
        expect(await new PostgresParkingStore(test.database).list()).toEqual([]);
      },
      { timeoutMs: 60_000 },
    );

    expect(await seenBy('exact')).toEqual(appended);
    const moodily = await seenBy('moody');
    expect(once.size).toBeGreaterThan(0);
    expect(moodily).toHaveLength(total);
    expect(byStream(moodily)).toEqual(byStream(appended));
    for (const records of [calls, sent]) {
      const rows = records.map(({ position, key, version }) => ({ position: String(position), stream: key, version }));
      expect(byStream(firstOfEach(rows))).toEqual(byStream(appended));
    }
  }, 150_000);

  it('leaves no lease behind when it is stopped', async () => {
    await Promise.all(runners.map((runner) => runner.stop()));
    const statuses = await new PostgresCheckpointStore(test.database).list();
    expect(statuses).toHaveLength(4);
    expect(statuses.every(({ owner }) => owner === undefined)).toBe(true);
  });
});

function byStream(rows: readonly Row[]): Record<string, number[]> {
  const streams: Record<string, number[]> = {};
  for (const { stream, version } of rows) (streams[stream] ??= []).push(version);
  return Object.fromEntries(Object.entries(streams).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** At least once: repeats are allowed, the first arrivals must be in order. */
function firstOfEach(rows: readonly Row[]): Row[] {
  const seen = new Set<string>();
  return rows.filter(({ position }) => !seen.has(position) && seen.add(position));
}
