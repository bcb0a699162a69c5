// What is measured, counted here and told as text for Prometheus. Loaded only where somebody scrapes.
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationTemporality, DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import type { Histogram, Meter, Metric } from '@app/event-store/core';
import type { Source } from './reading.js';
import { Series } from './series.js';
import { allMetrics } from './service-metrics.js';

export interface PrometheusMetrics {
  readonly meter: Meter;
  /** Read at every scrape from now on. */
  observe(...sources: readonly Source[]): void;
  /** Everything that could be read, in Prometheus' text format. A count is 0 the first time it is shown, and from then on what it is. */
  text(): Promise<string>;
}

interface Distribution {
  sum: number;
  count: number;
  /** How many values lie in each bucket; the last has no upper bound. */
  readonly counts: number[];
}

export function prometheusMetrics(service: string): PrometheusMetrics {
  // Every series says which service it is of, whatever scrapes it and however many are behind one name.
  const serializer = new PrometheusSerializer(undefined, false, /^service\.name$/, false, true);
  const resource = resourceFromAttributes({ 'service.name': service, 'process.pid': process.pid });
  const counts = new Series<{ value: number }>(() => ({ value: 0 }));
  const distributions = new Series<Distribution, Histogram>(({ buckets }) => ({
    sum: 0,
    count: 0,
    counts: Array.from({ length: buckets.length + 1 }, () => 0),
  }));
  const sources: Source[] = [];
  const record: Meter['record'] = (histogram, labels, value) => {
    const distribution = distributions.of(histogram, labels);
    distribution.sum += value;
    distribution.count += 1;
    const { buckets } = histogram;
    let bucket = 0;
    while (bucket < buckets.length && value > buckets[bucket]!) bucket += 1;
    distribution.counts[bucket]! += 1;
  };
  return {
    meter: {
      add(counter, labels, by = 1) {
        counts.of(counter, labels).value += by;
      },
      record,
      now: () => performance.now() / 1_000,
    },
    observe: (...more) => void sources.push(...more),
    async text() {
      // Anew at every scrape: a subscription that was `running` and is `stopped` is not both.
      const gauges = new Series<{ value: number }>(() => ({ value: 0 }));
      const readings = await Promise.all(sources.map(async (source) => source()));
      for (const { metric, labels, value } of readings.flat()) gauges.of(metric, labels).value = value;
      const others = new Set<Metric>(readings.flat().map(({ metric }) => metric));
      const metrics = [...new Set([...allMetrics, ...others])].flatMap((metric): MetricData[] => {
        const points =
          metric.type === 'histogram'
            ? distributions.risen(metric as Histogram, ({ sum, count, counts: of }) => ({
                sum,
                count,
                buckets: { boundaries: [...(metric.buckets ?? [])], counts: of },
              }))
            : metric.type === 'gauge'
              ? gauges.shown(metric, ({ value }) => value)
              : counts.risen(metric, ({ value }) => value);
        return points.length === 0 ? [] : [{ ...describe(metric), dataPoints: points } as MetricData];
      });
      return serializer.serialize({ resource, scopeMetrics: [{ scope: { name: 'event-store' }, metrics }] });
    },
  };
}

const TYPES = {
  counter: DataPointType.SUM,
  gauge: DataPointType.GAUGE,
  histogram: DataPointType.HISTOGRAM,
} as const;

function describe({ name, help, type }: Metric) {
  return {
    descriptor: { name, description: help, unit: '' },
    dataPointType: TYPES[type],
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    isMonotonic: type === 'counter',
  };
}
