// What gauges are read from, on a real server: right, and from a few places of an index however long the logs are.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../../../../test/support/event-store-database.js';
import { PostgresBroker } from '../bus/postgres-broker.js';
import { PostgresCheckpointStore } from '../stores/checkpoint-store.js';
import { PostgresSubjectKeyStore } from '../stores/subject-key-store.js';
import { PostgresFigures } from './figures.js';
import { figureEnds, figureLags } from './figures.sql.js';

const EVENTS = 2_000;

describe('figures', () => {
  let test: TestStore;
  let figures: PostgresFigures;
  beforeAll(async () => {
    test = await openTestStore();
    figures = new PostgresFigures(test.database);
    await test.dataSource.query(`
      INSERT INTO event_store.events (id, stream, version, type, schema_version, data, metadata, occurred_at)
      SELECT uuidv7(), 'lab-' || n, 1, 'lab.opened', 1, '{}', '{}', clock_timestamp() - interval '1 minute' FROM generate_series(1, ${EVENTS}) n`);
    await test.dataSource.query('ANALYZE');
  }, 60_000);
  afterAll(() => test.close());

  const subscribe = async (name: string, position: bigint): Promise<void> => {
    const checkpoints = new PostgresCheckpointStore(test.database);
    const initial = () => Promise.resolve({ epoch: 'e', position });
    await checkpoints.acquire({ name, log: 'events' }, randomUUID(), 10_000, initial);
  };

  it('tell how far each subscription is behind, in positions and in time', async () => {
    const { events } = await figures.ends();
    await subscribe('level', events);
    await subscribe('behind', events - 5n);
    const lags = new Map((await figures.lags()).map((lag) => [lag.name, lag]));
    expect(lags.get('level')).toEqual({ name: 'level', log: 'events', positions: 0, ms: 0 });
    expect(lags.get('behind')).toMatchObject({ log: 'events', positions: 5 });
    expect(lags.get('behind')!.ms).toBeGreaterThan(59_000);
  });

  it('count what is set aside and what is due by what it is for', async () => {
    await test.dataSource.query(`
      INSERT INTO event_store.parked_messages (subscription, log, position, message_id, type, key, status, reason)
      VALUES ('view', 'events', 1, 'a', 't', 'k', 'parked', 'ES-1: Broken: very.'), ('view', 'events', 2, 'b', 't', 'k', 'behind', ''),
             ('view', 'events', 3, 'c', 't', 'l', 'parked', 'ES-1: Broken.')`);
    await test.dataSource.query(`
      INSERT INTO event_store.process_timers (timer_id, process, process_id, name, due_at, metadata)
      VALUES (uuidv7(), 'checkout', '1', 'late', now() - interval '10 seconds', '{}'), (uuidv7(), 'checkout', '2', 'late', now() + interval '1 hour', '{}')`);
    await test.dataSource.query(`
      INSERT INTO event_store.processes (process, id, status, state_version, state, undo)
      VALUES ('checkout', '1', 'running', 1, '{}', '[]'), ('checkout', '2', 'completed', 1, '{}', '[]')`);
    const parked = [...(await figures.parked())].sort((a, b) => b.count - a.count);
    expect(parked).toEqual([
      { subscription: 'view', status: 'parked', reasonCode: 'ES-1', count: 2 },
      { subscription: 'view', status: 'behind', reasonCode: '', count: 1 },
    ]);
    const [timers] = await figures.timers();
    expect(timers).toMatchObject({ process: 'checkout', due: 1 });
    expect(timers!.overdueMs).toBeGreaterThanOrEqual(10_000);
    expect(await figures.processes()).toEqual(
      expect.arrayContaining([
        { process: 'checkout', status: 'running', count: 1 },
        { process: 'checkout', status: 'completed', count: 1 },
      ]),
    );
    expect(await figures.unreadable()).toEqual([]);
  });

  it.each([figureEnds, figureLags])('do not read the log from end to end ($name)', async ({ text }) => {
    const rows = await test.dataSource.query<{ 'QUERY PLAN': string }[]>(`EXPLAIN ${text}`);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).not.toMatch(/Seq Scan on events/);
  });

  it('name each pool once, also those on other databases', async () => {
    const pools = figures.pools();
    expect(pools.map(({ name }) => name)).toEqual(['appends', 'requests-statements', 'requests-units']);
    const connection = { url: test.url, applicationName: 'test' };
    const others = [new PostgresBroker({ connection }), PostgresSubjectKeyStore.apart(connection)];
    const more = new PostgresFigures(test.database, [...others, PostgresSubjectKeyStore.beside(test.database)]).pools();
    expect(more.slice(pools.length)).toEqual([
      { name: 'bus', max: 5, used: 0, idle: 0, pending: 0 },
      { name: 'personal-keys', max: 2, used: 0, idle: 0, pending: 0 },
    ]);
    await Promise.all(others.map((other) => other.close()));
    expect(pools.every(({ max, used, idle }) => used + idle <= max)).toBe(true);
  });
});
