// What a metric is, and how one is declared. Names are those of Prometheus as they are scraped: with their unit, counters with `_total`.

export type Labels<L extends string> = Readonly<Record<L, string>>;

export interface Metric<L extends string = string> {
  readonly name: string;
  readonly type: 'counter' | 'histogram' | 'gauge';
  /** Of few different values each: names that are declared somewhere, never an id. */
  readonly labels: readonly L[];
  /** One sentence, for people. */
  readonly help: string;
  /** Upper bounds of a histogram's buckets, in its unit. */
  readonly buckets?: readonly number[];
}

export interface Counter<L extends string = string> extends Metric<L> {
  readonly type: 'counter';
}

export interface Histogram<L extends string = string> extends Metric<L> {
  readonly type: 'histogram';
  readonly buckets: readonly number[];
}

/** Read when somebody asks for it. */
export interface Gauge<L extends string = string> extends Metric<L> {
  readonly type: 'gauge';
}

export function counter<const L extends string>(name: string, labels: readonly L[], help: string): Counter<L> {
  return { name, type: 'counter', labels, help };
}

export function gauge<const L extends string>(name: string, labels: readonly L[], help: string): Gauge<L> {
  return { name, type: 'gauge', labels, help };
}

/** Seconds. */
const SHORT = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function histogram<const L extends string>(
  name: string,
  labels: readonly L[],
  help: string,
  buckets: readonly number[] = SHORT,
): Histogram<L> {
  return { name, type: 'histogram', labels, help, buckets };
}
