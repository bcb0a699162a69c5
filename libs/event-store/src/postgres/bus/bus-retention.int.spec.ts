// The bus forgets what is older than its retention, and only that.
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../../../test/support/postgres.js';
import { systemClock } from '../../core/index.js';
import { message, sequence } from '../../testing/contracts/broker.collector.js';
import { BusDatabase } from './bus-database.js';
import { forgetOldMessages } from './bus-retention.js';
import { PostgresBroker, type PostgresBrokerOptions } from './postgres-broker.js';

const TIMEOUT = { timeout: 15_000, interval: 20 };
const times = { beatMs: 100, pollMs: 100 };
const DAY = 24 * 3_600_000;

describe('the retention of the bus', () => {
  let database: TestDatabase;
  let operator: pg.Client;
  const cleanUp: (() => Promise<unknown>)[] = [];
  beforeEach(async () => {
    database = await createTestDatabase();
    operator = new pg.Client(database.url);
    await operator.connect();
    cleanUp.push(
      () => database.drop(),
      () => operator.end(),
    );
  });
  afterEach(async () => {
    for (const step of cleanUp.splice(0).toReversed()) await step();
  });
  const connection = () => ({ url: database.url, applicationName: 'test' });
  const open = async (options: Partial<PostgresBrokerOptions> = {}): Promise<PostgresBroker> => {
    const broker = new PostgresBroker({ connection: connection(), times, ...options });
    cleanUp.push(() => broker.close());
    await broker.ensureTopics([{ name: 'a', partitions: 1 }]);
    return broker;
  };
  /** Messages 0 to `count` - 1, those before `young` eight days old. */
  const fill = async (broker: PostgresBroker, count: number, young: number): Promise<void> => {
    await broker.publish(Array.from({ length: count }, (_, n) => message('a', 'k', n)));
    await operator.query(`UPDATE bus.messages SET published_at = now() - interval '8 days' WHERE position <= $1`, [
      young,
    ]);
  };
  const left = async (): Promise<number[]> => {
    const { rows } = await operator.query<{ n: number }>(
      `SELECT (headers->>'number')::int AS n FROM bus.messages ORDER BY position`,
    );
    return rows.map(({ n }) => n);
  };
  const retention = (retentionMs: number) => {
    const bus = new BusDatabase(connection());
    cleanUp.push(() => bus.close());
    const warn = vi.fn<(message: string, error: unknown) => void>();
    const { signal } = new AbortController();
    return { warn, forget: () => forgetOldMessages({ database: bus, clock: systemClock, signal, retentionMs, warn }) };
  };

  it('is seven days, and a group reads on behind what has gone', async () => {
    const broker = await open();
    await fill(broker, 1_203, 1_200);
    await broker.start();
    await vi.waitFor(async () => expect(await left()).toEqual([1_200, 1_201, 1_202]), TIMEOUT);
    const seen: number[] = [];
    const handler = async (batch: readonly Parameters<typeof sequence>[0][]): Promise<'ack'> => {
      seen.push(...batch.map(sequence));
      return 'ack';
    };
    const consumer = await broker.consume({ group: 'g', topics: ['a'], handler });
    cleanUp.push(() => consumer.stop());
    await broker.publish([message('a', 'k', 1_203)]);
    await vi.waitFor(() => expect(seen).toEqual([1_200, 1_201, 1_202, 1_203]), TIMEOUT);
  });

  it('goes on when nothing is left', async () => {
    const broker = await open();
    await fill(broker, 3, 3);
    expect(await retention(7 * DAY).forget()).toBe(3);
    const seen: number[] = [];
    const consumer = await broker.consume({
      group: 'g',
      topics: ['a'],
      handler: async (batch) => (seen.push(...batch.map(sequence)), 'ack'),
    });
    cleanUp.push(() => consumer.stop());
    await broker.publish([message('a', 'k', 3)]);
    await vi.waitFor(() => expect(seen).toEqual([3]), TIMEOUT);
  });

  it('touches nothing younger, however far every group has read', async () => {
    await fill(await open(), 3, 2);
    await operator.query(`INSERT INTO bus.consumers (group_name, topic, partition, position) VALUES ('g', 'a', 0, 3)`);
    const { forget, warn } = retention(9 * DAY);
    expect(await forget()).toBe(0);
    expect(await retention(7 * DAY).forget()).toBe(2);
    expect(await left()).toEqual([2]);
    expect(warn).not.toHaveBeenCalled();
  });

  it('says which groups had not read what has gone', async () => {
    await fill(await open(), 3, 3);
    await operator.query(`INSERT INTO bus.consumers (group_name, topic, partition, position)
      VALUES ('slow', 'a', 0, 1), ('slower', 'a', 0, 0), ('done', 'a', 0, 3)`);
    const { forget, warn } = retention(7 * DAY);
    expect(await forget()).toBe(3);
    expect(warn.mock.calls).toEqual([
      ['3 messages older than 168 h were deleted before every group had read them.', 'Behind: slow, slower.'],
    ]);
  });

  it('is kept by one process at a time', async () => {
    await fill(await open(), 3, 3);
    const { forget } = retention(7 * DAY);
    await operator.query('BEGIN');
    await operator.query('SELECT pg_advisory_xact_lock(7263002)');
    expect(await forget()).toBe(0);
    await operator.query('COMMIT');
    expect(await forget()).toBe(3);
  });
});
