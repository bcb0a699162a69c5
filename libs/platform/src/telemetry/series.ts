// The values of metrics by their labels. Looked up by the values of the labels in the order of their declaration: nothing is sorted or made for a record.
import type { HrTime } from '@opentelemetry/api';
import type { Metric } from '@app/event-store/core';

type LabelValues = Readonly<Record<string, string>>;

interface Kept<V> {
  readonly attributes: LabelValues;
  readonly value: V;
}

/** Of when a value is, nothing is shown. */
const NEVER: HrTime = [0, 0];

export class Series<V, M extends Metric = Metric> {
  private readonly values = new Map<M, Map<string, Kept<V>>>();

  constructor(private readonly begin: (metric: M) => V) {}

  /** What is kept under these labels; begun where there is nothing yet. */
  of(metric: M, labels: LabelValues): V {
    let kept = this.values.get(metric);
    if (!kept) this.values.set(metric, (kept = new Map()));
    let key = '';
    for (const label of metric.labels) key += `${labels[label]}\n`;
    let one = kept.get(key);
    if (!one) kept.set(key, (one = { attributes: { ...labels }, value: this.begin(metric) }));
    return one.value;
  }

  /** In the order in which they came, as data points of OpenTelemetry. */
  shown<S>(metric: M, show: (value: V) => S) {
    return [...(this.values.get(metric)?.values() ?? [])].map(({ attributes, value }) => ({
      attributes,
      value: show(value),
      startTime: NEVER,
      endTime: NEVER,
    }));
  }
}
