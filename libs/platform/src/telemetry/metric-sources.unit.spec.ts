import { expect, it } from 'vitest';
import { currentDuty, gauge, storeMetrics } from '@app/event-store/core';
import { MetricSources } from './metric-sources.js';
import { prometheusMetrics } from './prometheus-metrics.js';
import { reading } from './reading.js';

const open = gauge('orders_open', ['country'], 'Orders that are not ended.');

async function scraped(sources: MetricSources): Promise<string[]> {
  const metrics = prometheusMetrics('shop');
  metrics.observe(() => sources.read());
  return (await metrics.text()).split('\n').filter((line) => /^(orders|event_store_metrics)/.test(line));
}

it('are shown with what the platform shows, and read on the duty of metrics', async () => {
  const sources = new MetricSources();
  const duties: string[] = [];
  sources.add({
    name: 'orders',
    metrics: [open],
    read() {
      duties.push(currentDuty());
      return Promise.resolve([reading(open, { country: 'DE' }, 7)]);
    },
  });
  const shown = [
    'event_store_metrics_source_up{source="orders",service_name="shop"} 1',
    'orders_open{country="DE",service_name="shop"} 7',
  ];
  expect(await scraped(sources)).toEqual(shown);
  expect(await scraped(sources)).toEqual(shown);
  expect(duties).toEqual(['metrics']); // within its time it is asked once
});

it('are missing while their source fails, or gives what it has not named, and no other is', async () => {
  const sources = new MetricSources();
  const other = gauge('orders_lost', [], 'Not declared.');
  sources.add({ name: 'fails', metrics: [other], read: () => Promise.reject(new Error('away')) });
  sources.add({ name: 'strays', metrics: [open], read: () => Promise.resolve([reading(other, {}, 1)]) });
  const fine = gauge('orders_fine', [], 'Fine.');
  sources.add({ name: 'well', metrics: [fine], read: () => Promise.resolve([reading(fine, {}, 3)]) });
  expect(await scraped(sources)).toEqual([
    'event_store_metrics_source_up{source="fails",service_name="shop"} 0',
    'event_store_metrics_source_up{source="strays",service_name="shop"} 0',
    'event_store_metrics_source_up{source="well",service_name="shop"} 1',
    'orders_fine{service_name="shop"} 3',
  ]);
});

const read = () => Promise.resolve([]);

it.each([
  [
    'a source of the platform',
    { name: 'database', metrics: [open], read },
    'Two sources of metrics are named database',
  ],
  ['another source', { name: 'first', metrics: [open], read }, 'Two sources of metrics are named first'],
  [
    'a metric of the platform',
    { name: 'mine', metrics: [gauge(storeMetrics.notifyUp.name, [], '')], read },
    'Metric event_store_notify_up of mine: there is one of that name already.',
  ],
  [
    'a metric of another source',
    { name: 'mine', metrics: [gauge('orders_first', [], '')], read },
    'Metric orders_first of mine: there is one of that name already.',
  ],
  [
    'no name that Prometheus takes',
    { name: 'mine', metrics: [gauge('orders-open', [], '')], read },
    'Metric orders-open of mine: expected names like orders_open, not orders-open.',
  ],
  [
    'no label that Prometheus takes',
    { name: 'mine', metrics: [gauge('orders_mine', ['the country'], '')], read },
    'Metric orders_mine of mine: expected names like orders_open, not the country.',
  ],
])('are refused at start: the name of %s', (_what, source, sentence) => {
  const sources = new MetricSources();
  sources.add({ name: 'first', metrics: [gauge('orders_first', [], '')], read });
  expect(() => sources.add(source)).toThrow(sentence);
});
