// The values of metrics by their labels. Looked up by one value of a label after the other, in the order of their declaration: nothing is sorted, joined or made for a record.
import type { HrTime } from '@opentelemetry/api';
import type { Metric } from '@app/event-store/core';

type LabelValues = Readonly<Record<string, string>>;

interface Kept<V> {
  readonly attributes: LabelValues;
  readonly value: V;
  isNew: boolean;
}

interface Branch<V> {
  readonly next: Map<string, Branch<V>>;
  leaf?: Kept<V>;
}

/** Of when a value is, nothing is shown. */
const NEVER: HrTime = [0, 0];

export class Series<V, M extends Metric = Metric> {
  private readonly kept = new Map<M, Kept<V>[]>();
  /** From the metric by the values of its labels down to what is kept. */
  private readonly roots = new Map<M, Branch<V>>();

  constructor(private readonly begin: (metric: M) => V) {}

  /** What is kept under these labels; begun where there is nothing yet. */
  of(metric: M, labels: LabelValues): V {
    let branch = below(this.roots, metric);
    for (const label of metric.labels) branch = below(branch.next, labels[label]!);
    return (branch.leaf ??= this.first(metric, labels)).value;
  }

  /** In the order in which they came, as data points of OpenTelemetry. */
  shown<S>(metric: M, show: (value: V) => S) {
    return (this.kept.get(metric) ?? []).map(({ attributes, value }) => pointOf(attributes, show(value)));
  }

  /** The same, but for the first time as it was when it began: Prometheus sees no rise in a series whose first value is not 0. */
  risen<S>(metric: M, show: (value: V) => S) {
    return (this.kept.get(metric) ?? []).map((one) => {
      const value = one.isNew ? this.begin(metric) : one.value;
      one.isNew = false;
      return pointOf(one.attributes, show(value));
    });
  }

  private first(metric: M, labels: LabelValues): Kept<V> {
    const one = { attributes: { ...labels }, value: this.begin(metric), isNew: true };
    const kept = this.kept.get(metric);
    if (kept) kept.push(one);
    else this.kept.set(metric, [one]);
    return one;
  }
}

function pointOf<S>(attributes: LabelValues, value: S) {
  return { attributes, value, startTime: NEVER, endTime: NEVER };
}

function below<K, V>(branches: Map<K, Branch<V>>, key: K): Branch<V> {
  let branch = branches.get(key);
  if (!branch) branches.set(key, (branch = { next: new Map() }));
  return branch;
}
