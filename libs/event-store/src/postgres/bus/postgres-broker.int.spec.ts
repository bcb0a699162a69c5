// The postgres broker against the contract that every broker keeps, and what only it has: leases, fences, and the settled position.
import pg from 'pg';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startCuttableProxy } from '../../../../../test/support/cuttable-proxy.js';
import { createTestDatabase, type TestDatabase } from '../../../../../test/support/postgres.js';
import { systemClock, type Clock } from '../../core/index.js';
import type { ReceivedMessage } from '../../messaging/index.js';
import { message, sequence } from '../../testing/contracts/broker.collector.js';
import { describeBroker } from '../../testing/contracts/broker.contract.js';
import { PostgresBroker, type PostgresBrokerOptions } from './postgres-broker.js';

const times = { leaseMs: 2_000, beatMs: 100, pollMs: 200, maxBackoffMs: 200 };
const TIMEOUT = { timeout: 15_000, interval: 20 };

function brokerAt(url: string, options: Partial<PostgresBrokerOptions> = {}): PostgresBroker {
  return new PostgresBroker({ connection: { url, applicationName: 'test' }, times, ...options });
}

describeBroker('postgres', { outages: ['cut off'], foreignBytes: false }, async () => {
  const database = await createTestDatabase();
  const proxy = await startCuttableProxy(database.url);
  return {
    open: () => brokerAt(proxy.url),
    inject: (topic, raw) =>
      execute(database, 'INSERT INTO bus.messages (topic, partition, key, headers, value) VALUES ($1, 0, $2, $3, $4)', [
        topic,
        raw.key,
        JSON.stringify(raw.headers),
        raw.value,
      ]),
    outage: { begin: () => proxy.cut(), end: () => proxy.restore() },
    close: async () => {
      await proxy.close();
      await database.drop();
    },
  };
});

async function execute(database: TestDatabase, text: string, values: unknown[] = []): Promise<void> {
  const client = new pg.Client(database.url);
  await client.connect();
  try {
    await client.query(text, values);
  } finally {
    await client.end();
  }
}

describe('the bus in PostgreSQL', () => {
  const cleanUp: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const step of cleanUp.splice(0).toReversed()) await step();
  });
  const setUp = async (): Promise<TestDatabase> => {
    const database = await createTestDatabase();
    cleanUp.push(() => database.drop());
    return database;
  };
  const open = async (
    database: TestDatabase,
    options: Partial<PostgresBrokerOptions> = {},
  ): Promise<PostgresBroker> => {
    const broker = brokerAt(database.url, options);
    cleanUp.push(() => broker.close());
    await broker.start();
    return broker;
  };
  const connect = async ({ url }: TestDatabase): Promise<pg.Client> => {
    const client = new pg.Client(url);
    cleanUp.push(() => client.end());
    await client.connect();
    return client;
  };

  it('is made once when several services start at the same time', async () => {
    const database = await setUp();
    const brokers = await Promise.all(Array.from({ length: 5 }, () => open(database)));
    await Promise.all(brokers.map((broker) => broker.ensureTopics([{ name: 'a', partitions: 2 }])));
    const { rows } = await (await connect(database)).query('SELECT count(*)::int AS n FROM bus.migrations');
    expect(rows).toEqual([{ n: 1 }]);
  });

  it('delivers a message whose position was drawn before those that are there already', async () => {
    const database = await setUp();
    let looks = 0;
    const clock: Clock = { ...systemClock, after: (ms, callback) => ((looks += 1), systemClock.after(ms, callback)) };
    const broker = await open(database, { clock });
    await broker.ensureTopics([{ name: 'a', partitions: 1 }]);
    const seen: number[] = [];
    const consumer = await broker.consume({
      group: 'g',
      topics: ['a'],
      handler: async (batch) => (seen.push(...batch.map(sequence)), 'ack'),
    });
    cleanUp.push(() => consumer.stop());
    await broker.publish([message('a', 'k', 0)]);
    await vi.waitFor(() => expect(seen).toEqual([0]), TIMEOUT);
    const slow = await connect(database);
    await slow.query('BEGIN');
    await slow.query(
      `INSERT INTO bus.messages (topic, partition, key, headers, value) VALUES ('a', 0, 'k', '{"number": "1"}', '')`,
    );
    await broker.publish([message('a', 'k', 2)]);
    const before = looks;
    await vi.waitFor(() => expect(looks).toBeGreaterThan(before + 5), TIMEOUT); // it has looked, and looked again
    expect(seen).toEqual([0]);
    await slow.query('COMMIT');
    await vi.waitFor(() => expect(seen).toEqual([0, 1, 2]), TIMEOUT);
  });

  it('leaves the offset alone when the lease was taken over while the handler was at work', async () => {
    const database = await setUp();
    const broker = await open(database, { times: { ...times, beatMs: 60_000 } });
    await broker.ensureTopics([{ name: 'a', partitions: 1 }]);
    let finish: () => void = () => undefined;
    const calls: (readonly ReceivedMessage[])[] = [];
    const consumer = await broker.consume({
      group: 'g',
      topics: ['a'],
      handler: async (batch) => {
        calls.push(batch);
        await new Promise<void>((resolve) => (finish = resolve));
        return 'ack';
      },
    });
    await broker.publish([message('a', 'k', 0)]);
    await vi.waitFor(() => expect(calls).toHaveLength(1), TIMEOUT);
    const thief = await connect(database);
    await thief.query(
      `UPDATE bus.consumers SET lease_owner = gen_random_uuid(), lease_epoch = lease_epoch + 1, leased_until = now() + interval '1 h'`,
    );
    finish();
    await consumer.stop();
    const { rows } = await thief.query(
      'SELECT position::int, lease_epoch::int, lease_owner IS NOT NULL AS taken FROM bus.consumers',
    );
    expect(rows).toEqual([{ position: 0, lease_epoch: 2, taken: true }]);
  });

  it('takes over the partitions of a member that fell silent', async () => {
    const database = await setUp();
    const broker = await open(database);
    await broker.ensureTopics([{ name: 'a', partitions: 2 }]);
    await execute(database, `INSERT INTO bus.members VALUES ('g', gen_random_uuid(), '{a}', now() + interval '1 s')`);
    await execute(
      database,
      `INSERT INTO bus.consumers (group_name, topic, partition, lease_owner, lease_epoch, leased_until)
       SELECT 'g', 'a', p, gen_random_uuid(), 1, now() + interval '1 s' FROM generate_series(0, 1) p`,
    );
    const seen = new Set<number>();
    const consumer = await broker.consume({
      group: 'g',
      topics: ['a'],
      handler: async (batch) => (batch.forEach((one) => seen.add(sequence(one))), 'ack'),
    });
    cleanUp.push(() => consumer.stop());
    await broker.publish(Array.from({ length: 20 }, (_, n) => message('a', `key-${n}`, n)));
    await vi.waitFor(() => expect(seen.size).toBe(20), TIMEOUT);
  });

  it('wakes consumers of another process without waiting for the next look', async () => {
    const database = await setUp();
    const slow = { times: { ...times, pollMs: 60_000 } };
    const [one, other] = [await open(database, slow), await open(database, slow)];
    await one.ensureTopics([{ name: 'a', partitions: 1 }]);
    const seen: number[] = [];
    const consumer = await other.consume({
      group: 'g',
      topics: ['a'],
      handler: async (batch) => (seen.push(...batch.map(sequence)), 'ack'),
    });
    cleanUp.push(() => consumer.stop());
    await one.publish([message('a', 'k', 0)]);
    await vi.waitFor(() => expect(seen).toEqual([0]), TIMEOUT);
    await one.publish([message('a', 'k', 1)]);
    await vi.waitFor(() => expect(seen).toEqual([0, 1]), { timeout: 5_000 });
  });
});
