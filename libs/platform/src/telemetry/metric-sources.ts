// Gauges of a context's own: read when somebody scrapes, never more often than they say. Where nothing is measured nobody is asked.
import { Injectable } from '@nestjs/common';
import { onDuty, type Gauge } from '@app/event-store/core';
import { kept, type Reading, type Source } from './reading.js';
import { allMetrics } from './service-metrics.js';

export interface MetricSource {
  /** Unique, e.g. `payments`. Shown in `event_store_metrics_source_up`, 0 while `read` fails. */
  readonly name: string;
  /** All that `read` gives values for. */
  readonly metrics: readonly Gauge[];
  /** It is not read again before so many milliseconds have gone, however often somebody scrapes. Default 60,000. */
  readonly everyMs?: number;
  /** Rejects, or takes more than two seconds: the gauges are missing from that scrape, and nothing else is. */
  readonly read: () => Promise<readonly Reading[]>;
}

const EVERY_MS = 60_000;
const WITHIN_MS = 2_000;
const NAME = /^[a-z][a-z0-9_]*$/;
const TAKEN = ['database', 'processes', 'settling', 'broker'];

@Injectable()
export class MetricSources {
  private readonly names = new Set(TAKEN);
  private readonly gauges = new Set<Gauge>();
  private readonly sources: Source[] = [];

  /** @throws Error where a name is taken, or is none that Prometheus takes: one such series would spoil every scrape. */
  add({ name, metrics, everyMs = EVERY_MS, read }: MetricSource): void {
    if (this.names.has(name))
      throw new Error(`Two sources of metrics are named ${name}: each needs a name of its own.`);
    for (const metric of metrics) this.declare(metric, name);
    this.names.add(name);
    const known = new Set<unknown>(metrics);
    this.sources.push(
      kept({ name, everyMs, withinMs: WITHIN_MS }, async () => {
        const readings = await onDuty('metrics', read);
        const other = readings.find(({ metric }) => !known.has(metric));
        if (other) throw new Error(`The source ${name} gives ${other.metric.name}, which is not among its metrics.`);
        return readings;
      }),
    );
  }

  /** What the sources give, in the order in which they were added. */
  async read(): Promise<readonly Reading[]> {
    return (await Promise.all(this.sources.map(async (source) => source()))).flat();
  }

  private declare(metric: Gauge, source: string): void {
    for (const word of [metric.name, ...metric.labels])
      if (!NAME.test(word))
        throw new Error(`Metric ${metric.name} of ${source}: expected names like orders_open, not ${word}.`);
    const isTaken = [...allMetrics, ...this.gauges].some((other) => other !== metric && other.name === metric.name);
    if (isTaken) throw new Error(`Metric ${metric.name} of ${source}: there is one of that name already.`);
    this.gauges.add(metric);
  }
}
