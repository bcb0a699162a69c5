// A bus that was emptied, restored or replaced while services run: nothing is passed over in silence, and it is said until it is mended.
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../../../test/support/postgres.js';
import { systemClock, UnavailableError, type Clock } from '../../core/index.js';
import { message, sequence } from '../../testing/contracts/broker.collector.js';
import { renewLogEpoch } from '../log/log-epoch.js';
import { PostgresBroker, type PostgresBrokerOptions } from './postgres-broker.js';

const times = { leaseMs: 2_000, beatMs: 100, pollMs: 100, maxBackoffMs: 50 };
const TIMEOUT = { timeout: 15_000, interval: 20 };
const topics = [{ name: 'a', partitions: 2 }];

describe('a bus in PostgreSQL', () => {
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
  const open = async (options: Partial<PostgresBrokerOptions> = {}): Promise<PostgresBroker> => {
    const broker = new PostgresBroker({
      connection: { url: database.url, applicationName: 'test' },
      times,
      ...options,
    });
    cleanUp.push(() => broker.close());
    await broker.start();
    return broker;
  };
  const collect = async (broker: PostgresBroker): Promise<{ seen: number[]; stop: () => Promise<void> }> => {
    const seen: number[] = [];
    const consumer = await broker.consume({
      group: 'g',
      topics: ['a'],
      handler: async (batch) => (seen.push(...batch.map(sequence)), 'ack'),
    });
    cleanUp.push(() => consumer.stop());
    return { seen, stop: () => consumer.stop() };
  };
  const stored = async (): Promise<number> =>
    (await operator.query<{ n: number }>('SELECT count(*)::int AS n FROM bus.messages')).rows[0]!.n;

  it('gives up a handler that hangs, hands its messages over again, and goes on with other partitions meanwhile [17]', async () => {
    const broker = await open({ times: { ...times, handlerMs: 1_000 } });
    await broker.ensureTopics([{ name: 'a', partitions: 3 }]);
    const calls: number[] = [];
    const done: number[] = [];
    const consumer = await broker.consume({
      group: 'g',
      topics: ['a'],
      handler: async (batch) => {
        const numbers = batch.map(sequence);
        calls.push(...numbers);
        if (numbers.includes(0) && calls.filter((number) => number === 0).length === 1)
          await new Promise(() => undefined);
        done.push(...numbers);
        return 'ack';
      },
    });
    cleanUp.push(() => consumer.stop());
    await broker.publish([
      message('a', 'k', 0),
      ...Array.from({ length: 20 }, (_, n) => message('a', `key-${n}`, n + 1)),
    ]);
    await vi.waitFor(() => expect(done.length).toBeGreaterThan(0), TIMEOUT);
    expect(done).not.toContain(0);
    await vi.waitFor(() => expect(new Set(done).size).toBe(21), TIMEOUT);
  });

  it('stops a consumer whose handler hangs within its deadline, and another member gets the messages', async () => {
    const broker = await open({ times: { ...times, drainMs: 500 } });
    await broker.ensureTopics(topics);
    let hangs = false;
    const consumer = await broker.consume({
      group: 'g',
      topics: ['a'],
      handler: () => {
        hangs = true;
        return new Promise(() => undefined);
      },
    });
    await broker.publish([message('a', 'k', 7)]);
    await vi.waitFor(() => expect(hangs).toBe(true), TIMEOUT);
    const begun = performance.now();
    await consumer.stop();
    expect(performance.now() - begun).toBeLessThan(3_000);
    const { seen } = await collect(broker);
    await vi.waitFor(() => expect(seen).toEqual([7]), TIMEOUT);
  });

  it.each([
    ['its topics', 'TRUNCATE bus.messages, bus.topics, bus.consumers'],
    ['its schema', 'DROP SCHEMA bus CASCADE'],
  ])(
    'acknowledges nothing after it has lost %s, and takes messages again once the topics are back',
    async (_, lose) => {
      const broker = await open();
      await broker.ensureTopics([...topics, { name: 'b', partitions: 1 }]);
      await broker.publish([message('a', 'k', 0), message('b', 'k', 1)]);
      await operator.query(lose);
      await expect(broker.publish([message('a', 'k', 2), message('b', 'k', 3)])).rejects.toThrow(UnavailableError);
      await broker.ensureTopics(topics);
      await expect(broker.publish([message('a', 'k', 4), message('b', 'k', 5)])).rejects.toThrow(/Topic b/);
      expect(await stored()).toBe(0);
      expect(await broker.publish([message('a', 'k', 6)])).toEqual([]);
      expect(await stored()).toBe(1);
    },
  );

  it('says so in its health and again every minute, until its log epoch is renewed', async () => {
    const broker = await open();
    await broker.ensureTopics(topics);
    await broker.publish([message('a', 'k', 0)]);
    const before = await collect(broker);
    await vi.waitFor(() => expect(before.seen).toEqual([0]), TIMEOUT);
    await before.stop();
    await operator.query(`UPDATE bus.log_epochs SET system_identifier = '7'`);

    let later = 0;
    const clock: Clock = { ...systemClock, now: () => new Date(systemClock.now().getTime() + later) };
    const warnings: string[] = [];
    const warn = (text: string, error: unknown): void => void warnings.push(`${text} ${String(error)}`);
    const stranded = await open({ clock, warn });
    const stopped = await collect(stranded);
    const strange = /Log bus is in epoch server .* restored or failed over/;
    await vi.waitFor(
      () => expect(stranded.health()).toEqual({ status: 'degraded', detail: expect.stringMatching(strange) as string }),
      TIMEOUT,
    );
    for (const minutes of [1, 2]) {
      await vi.waitFor(() => expect(warnings).toHaveLength(minutes), TIMEOUT);
      later += 60_000;
    }
    await vi.waitFor(() => expect(warnings).toHaveLength(3), TIMEOUT);
    expect(warnings.every((warning) => strange.test(warning))).toBe(true);
    expect(stopped.seen).toEqual([]);
    await stopped.stop();

    const { epoch, adopted } = await renewLogEpoch(
      { query: (query) => operator.query({ ...query, values: [] }) },
      { adoptCheckpoints: true, table: 'bus.log_epochs' },
    );
    expect(adopted).toBe(0);
    const { rows } = await operator.query('SELECT epoch FROM bus.log_epochs ORDER BY number DESC LIMIT 1');
    expect(rows).toEqual([{ epoch }]);
    const restarted = await open();
    const { seen: again } = await collect(restarted);
    await restarted.publish([message('a', 'k', 1)]);
    await vi.waitFor(() => expect(again).toEqual([1]), TIMEOUT);
    expect(restarted.health()).toEqual({ status: 'up' });
  });
});
