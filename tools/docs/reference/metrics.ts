// docs/reference/metrics.md: every metric a service shows to Prometheus, from the constants it is told by.
import type { DescribedMetric } from './describe.js';
import { code, generatedPage, prose, table } from './page.js';

const SECTIONS: readonly (readonly [title: string, prefix: RegExp])[] = [
  ['The event store', /^event_store_/],
  ['Messaging', /^messaging_/],
  ['HTTP', /^http_/],
  ['Connections to the database', /^db_/],
  ['What a context adds up', /^service_/],
  ['The process', /^(nodejs|process|v8js)_/],
];

/** @throws Error when a metric belongs to no section. */
export function metricsPage(metrics: readonly DescribedMetric[]): string {
  const homeless = metrics.filter(({ name }) => !SECTIONS.some(([, prefix]) => prefix.test(name)));
  if (homeless.length > 0)
    throw new Error(`Metrics without a section of their page: ${homeless.map(({ name }) => name).join(', ')}`);
  return generatedPage(
    'Metrics',
    'What a service shows at `/metrics` on its [METRICS_PORT](configuration.md), in the text format of Prometheus; how to use it says [watch a service](../how-to/watch-a-service.md). ' +
      'A histogram is three series: `<name>_bucket` with `le`, `<name>_sum` and `<name>_count`. No label ever holds an id. Every series has the label `service_name` besides, and `target_info` names the process.',
    'Gauges whose `subscription`, `process` or topic is read from the database or the broker are the same in every replica: take the `max`, not the sum.',
    ...SECTIONS.flatMap(([title, prefix]) => {
      const rows = metrics.filter(({ name }) => prefix.test(name));
      return [`## ${title}`, table(['metric', 'type', 'unit', 'labels', 'meaning'], rows.map(rowOf))];
    }),
  );
}

function rowOf({ name, type, labels, help }: DescribedMetric): string[] {
  return [code(name), type, unitOf(name), labels.map(code).join(' '), prose(help)];
}

/** Those that are no words of their own. */
const UNITS: Readonly<Record<string, string>> = { ratio: '1', minor: 'minor units' };

function unitOf(name: string): string {
  const [, unit] = /_(seconds|bytes|ratio|minor)$/.exec(name) ?? [];
  return UNITS[unit ?? ''] ?? unit ?? 'count';
}
