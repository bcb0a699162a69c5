// What a service shows to Prometheus now.
import { expect } from 'vitest';
import { samplesOf, type Sample } from '../../tools/metrics/text-format.js';
import type { Metric } from '@app/event-store/core';

/** The series that metrics are shown as, each with its labels. */
export function seriesOf(metrics: readonly Metric[]): ReadonlyMap<string, readonly string[]> {
  const series = new Map<string, readonly string[]>();
  for (const { name, type, labels: own } of metrics) {
    const labels = [...own, 'service_name'];
    if (type !== 'histogram') series.set(name, labels);
    else
      series
        .set(`${name}_bucket`, [...labels, 'le'])
        .set(`${name}_count`, labels)
        .set(`${name}_sum`, labels);
  }
  return series;
}

export class Scrape {
  constructor(
    readonly text: string,
    readonly samples: readonly Sample[],
  ) {}

  /** Of all series that have these labels, and maybe more; 0 where there is none. */
  sum(name: string, labels: Readonly<Record<string, string>> = {}): number {
    return this.series(name, labels).reduce((sum, { value }) => sum + value, 0);
  }

  series(name: string, labels: Readonly<Record<string, string>> = {}): Sample[] {
    const wanted = Object.entries(labels);
    return this.samples.filter((one) => one.name === name && wanted.every(([key, value]) => one.labels[key] === value));
  }
}

export async function scrape(url: string): Promise<Scrape> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  const text = await answer.text();
  expect(answer.status, text).toBe(200);
  return new Scrape(text, samplesOf(text));
}
