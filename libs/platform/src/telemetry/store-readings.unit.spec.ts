// Every gauge of an event store, also those that no ordinary traffic moves and that wake somebody: read from figures made up for it.
import { describe, expect, it } from 'vitest';
import { storeMetrics } from '@app/event-store/core';
import type { EventStoreRuntime, SubscriptionHost } from '@app/event-store';
import type { Figures } from '@app/event-store/operations';
import { storeReadings } from './store-readings.js';

/** Of a pool a call counts as one that waits until the next turn, also where a connection is idle. */
let pending = 2;
const figures: Figures = {
  ends: () => {
    pending += 1;
    return Promise.resolve({ events: 9n, inbound: 4n, outgoing: 0n });
  },
  lags: () =>
    Promise.resolve([
      { name: 'Publisher', log: 'events', positions: 7, ms: 61_000 },
      { name: 'gone', log: 'events', positions: 9, ms: 99_000 }, // no subscription of this build
    ]),
  parked: () => Promise.resolve([{ subscription: 'process', status: 'behind', reasonCode: 'ES-1504', count: 3 }]),
  unreadable: () => Promise.resolve([{ topic: 'news', reasonCode: 'unknown-type', count: 2 }]),
  timers: () => Promise.resolve([{ process: 'process', due: 5, overdueMs: 61_500 }]),
  processes: () => Promise.resolve([{ process: 'process', status: 'running', count: 8 }]),
  pools: () => [{ name: 'appends', max: 10, used: 3, idle: 1, pending }],
};
const log = (heldBack?: { position: bigint; sinceMs: number }) => ({ heldBack: () => Promise.resolve(heldBack) });
const runtime = {
  service: 'one-service',
  figures,
  waking: { status: 'down' },
  logs: { events: log({ position: 8n, sinceMs: 40_000 }), inbound: log(), outgoing: log() },
} as unknown as EventStoreRuntime;
const subscriptions = {
  definitions: [{ name: 'Publisher', log: 'events', delivery: 'batch' }],
  deadLetters: () => ({ waiting: 12 }),
  statuses: () => [{ name: 'Publisher', log: 'events', state: 'stopped' }],
  consumerLag: () => Promise.resolve([{ topic: 'news', messages: 6 }]),
} as unknown as SubscriptionHost;

const ONE_UP = ['settling', 'broker', 'database', 'processes'].map(
  (source) => `event_store_metrics_source_up{${source}} 1`,
);

async function shown(): Promise<string[]> {
  pending = 2;
  const readings = await Promise.all(storeReadings(runtime, subscriptions).map(async (source) => source()));
  return readings
    .flat()
    .map(({ metric, labels, value }) => `${metric.name}{${Object.values(labels).join()}} ${value}`)
    .sort();
}

describe('the gauges of an event store', () => {
  it('say what its figures, its subscriptions and its broker say', async () => {
    expect(await shown()).toEqual(
      [
        ...ONE_UP,
        'db_client_connection_count{appends,idle} 1',
        'db_client_connection_count{appends,used} 3',
        'db_client_connection_max{appends} 10',
        'db_client_connection_pending_requests{appends} 2',
        'event_store_dead_letters_waiting{} 12',
        'event_store_notify_up{} 0',
        'event_store_parked_records{process,behind,ES-1504} 3',
        'event_store_processes{process,running} 8',
        'event_store_settled_lag_events{events} 2',
        'event_store_settled_lag_events{inbound} 0',
        'event_store_settled_lag_events{outgoing} 0',
        'event_store_settled_lag_seconds{events} 40',
        'event_store_settled_lag_seconds{inbound} 0',
        'event_store_settled_lag_seconds{outgoing} 0',
        'event_store_subscription_lag_events{Publisher,events,publisher} 7',
        'event_store_subscription_lag_seconds{Publisher,events,publisher} 61',
        'event_store_subscription_state{Publisher,events,stopped} 1',
        'event_store_timers_due{process} 5',
        'event_store_timers_overdue_seconds{process} 61.5',
        'event_store_unreadable_messages{news,unknown-type} 2',
        'messaging_consumer_lag_messages{news,one-service} 6',
      ].sort(),
    );
  });

  it('do not count the statements of the scrape itself as calls that wait', async () => {
    expect(await shown()).toContain('db_client_connection_pending_requests{appends} 2');
    expect(pending).toBe(3);
  });

  it('are all there are', async () => {
    const gauges = Object.values(storeMetrics).filter(({ type }) => type === 'gauge');
    const names = new Set((await shown()).map((line) => line.split('{')[0]));
    expect(gauges.map(({ name }) => name).filter((name) => !names.has(name))).toEqual([]);
  });
});
