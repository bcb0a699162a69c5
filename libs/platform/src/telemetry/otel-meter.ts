// What is measured as metrics of OpenTelemetry, and as text for Prometheus. Loaded only where somebody scrapes.
import type {
  Attributes,
  Counter as OtelCounter,
  Histogram as OtelHistogram,
  ObservableGauge,
} from '@opentelemetry/api';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationTemporality, InstrumentType, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import type { Meter, Metric } from '@app/event-store/core';
import type { Source } from './reading.js';
import { allMetrics } from './service-metrics.js';

/**
 * Not the exporter's own reader: that is cumulative in everything, which for a gauge means that a series once seen is shown for ever. A
 * subscription would be `running` and `stopped` at once.
 */
class ScrapedReader extends MetricReader {
  constructor() {
    super({
      aggregationTemporalitySelector: (type) =>
        type === InstrumentType.OBSERVABLE_GAUGE ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE,
    });
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

export interface OtelMetrics {
  readonly meter: Meter;
  /** Read at every scrape from now on. */
  observe(...sources: readonly Source[]): void;
  /** Everything that could be read, in Prometheus' text format. */
  text(): Promise<string>;
  close(): Promise<void>;
}

export function otelMetrics(service: string): OtelMetrics {
  const reader = new ScrapedReader();
  // Every series says which service it is of, whatever scrapes it and however many are behind one name.
  const serializer = new PrometheusSerializer(undefined, false, /^service\.name$/, false, true);
  const resource = resourceFromAttributes({ 'service.name': service, 'process.pid': process.pid });
  const provider = new MeterProvider({ resource, readers: [reader] });
  const otel = provider.getMeter('event-store');
  const counters = new Map<Metric, OtelCounter>();
  const histograms = new Map<Metric, OtelHistogram>();
  const observables = new Map<Metric, ObservableGauge>();
  for (const metric of allMetrics) {
    const { name, help: description, type, buckets } = metric;
    if (type === 'gauge') observables.set(metric, otel.createObservableGauge(name, { description }));
    else if (type === 'counter') counters.set(metric, otel.createCounter(name, { description }));
    else {
      const advice = { explicitBucketBoundaries: [...(buckets ?? [])] };
      histograms.set(metric, otel.createHistogram(name, { description, advice }));
    }
  }
  const record = (histogram: Metric, labels: Attributes, value: number): void =>
    histograms.get(histogram)!.record(value, labels);
  const sources: Source[] = [];
  otel.addBatchObservableCallback(
    async (result) => {
      const readings = await Promise.all(sources.map(async (source) => source()));
      for (const { metric, labels, value } of readings.flat()) result.observe(observables.get(metric)!, value, labels);
    },
    [...observables.values()],
  );
  return {
    meter: {
      add: (counter, labels, by = 1) => counters.get(counter)!.add(by, labels),
      record,
      begin(histogram) {
        const begun = performance.now();
        return (labels) => record(histogram, labels, (performance.now() - begun) / 1_000);
      },
    },
    observe: (...more) => void sources.push(...more),
    text: async () => serializer.serialize((await reader.collect()).resourceMetrics),
    close: () => provider.shutdown(),
  };
}
