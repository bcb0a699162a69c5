import { expect, it } from 'vitest';
import { storeMetrics } from '@app/event-store/core';
import { prometheusMetrics } from './prometheus-metrics.js';
import { reading } from './reading.js';

type Metrics = ReturnType<typeof prometheusMetrics>;

const lines = async (metrics: Metrics, name: string): Promise<string[]> =>
  (await metrics.text()).split('\n').filter((line) => line.startsWith(name));
/** The first time a count is shown as 0. */
const linesAgain = async (metrics: Metrics, name: string): Promise<string[]> => {
  await metrics.text();
  return lines(metrics, name);
};

it('counts under each set of labels by itself, whatever order they come in', async () => {
  const metrics = prometheusMetrics('shop');
  const { meter } = metrics;
  meter.add(storeMetrics.leaseChanges, { subscription: 'a', change: 'taken' });
  meter.add(storeMetrics.leaseChanges, { change: 'taken', subscription: 'a' }, 2);
  meter.add(storeMetrics.leaseChanges, { subscription: 'say "b"', change: 'taken' });
  expect(await linesAgain(metrics, 'event_store_lease_changes_total')).toEqual([
    'event_store_lease_changes_total{subscription="a",change="taken",service_name="shop"} 3',
    'event_store_lease_changes_total{subscription="say \\"b\\"",change="taken",service_name="shop"} 1',
  ]);
  expect(await metrics.text()).toContain('# TYPE event_store_lease_changes_total counter');
});

it('puts a value into the first bucket that reaches up to it, and shows buckets that add up', async () => {
  const metrics = prometheusMetrics('shop');
  const labels = { category: 'order', outcome: 'appended' };
  for (const seconds of [0.0005, 0.0006, 11]) metrics.meter.record(storeMetrics.appendDuration, labels, seconds);
  const shown = await linesAgain(metrics, 'event_store_append_duration_seconds');
  const of = (part: string) =>
    shown
      .find((line) => line.includes(part))
      ?.split(' ')
      .at(-1);
  expect(['le="0.0005"', 'le="0.001"', 'le="10"', 'le="+Inf"', '_count', '_sum'].map(of)).toEqual([
    '1',
    '2',
    '2',
    '3',
    '3',
    '11.0011',
  ]);
  expect(shown).toHaveLength(storeMetrics.appendDuration.buckets.length + 3);
});

it('shows a count as 0 before it shows what it is, or Prometheus would see no rise when something happens for the first time', async () => {
  const metrics = prometheusMetrics('shop');
  const counted = async () =>
    (await lines(metrics, 'event_store_records_parked_total')).map((line) => line.split(' ')[1]);
  const park = (subscription: string) => metrics.meter.add(storeMetrics.recordsParked, { subscription, reason: 'x' });
  park('a');
  expect(await counted()).toEqual(['0']);
  park('a');
  park('b');
  expect(await counted()).toEqual(['2', '0']);
  expect(await counted()).toEqual(['2', '1']);
});

it('shows a distribution as empty the first time', async () => {
  const metrics = prometheusMetrics('shop');
  const values = async () =>
    (await lines(metrics, 'event_store_append_duration_seconds')).map((line) => Number(line.split(' ')[1]));
  metrics.meter.record(storeMetrics.appendDuration, { category: 'order', outcome: 'conflict' }, 20);
  const first = await values();
  expect(first).toEqual(first.map(() => 0));
  expect(first).toHaveLength(storeMetrics.appendDuration.buckets.length + 3);
  expect(new Set(await values())).toEqual(new Set([0, 1, 20]));
});

it('shows of a gauge what is read now, and no longer what was read before', async () => {
  const metrics = prometheusMetrics('shop');
  let state = 'running';
  metrics.observe(() => [reading(storeMetrics.subscriptionState, { subscription: 'a', log: 'events', state }, 1)]);
  const shown = () => lines(metrics, 'event_store_subscription_state');
  expect(await shown()).toEqual([expect.stringContaining('state="running"')]);
  state = 'stopped';
  expect(await shown()).toEqual([expect.stringContaining('state="stopped"')]);
});
