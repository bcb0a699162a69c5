// What a service shows to Prometheus, read from its text format.
import { expect } from 'vitest';
import type { Metric } from '@app/event-store/core';

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** @throws Error for a line that is none of the format. */
export function samplesOf(text: string): Sample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name, labels = '', value] = /^([a-z_0-9]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      if (!name || !value) throw new Error(`Not a line of Prometheus' text format: ${line}`);
      const pairs = [...labels.matchAll(/([a-z_0-9]+)="((?:[^"\\]|\\.)*)"/g)].map(
        ([, key, of]) => [key!, of!] as const,
      );
      return { name, labels: Object.fromEntries(pairs), value: value === '+Inf' ? Infinity : Number(value) };
    });
}

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
