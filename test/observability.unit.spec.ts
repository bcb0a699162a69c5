// Dashboards and alerts ask for what services show, each alert has its page, and compose mounts what is there.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { allMetrics } from '../libs/platform/src/telemetry/service-metrics.js';
import { dashboards, EVERYWHERE, queries, rules, wrongIn, type Shown } from './support/observability.js';
import { seriesOf } from './support/scrape.js';

const root = new URL('../', import.meta.url);
const text = (path: string) => readFileSync(new URL(path, root), 'utf8');

/** As the services' constants say, and Prometheus' own. */
const series = new Map([...seriesOf(allMetrics), ['up', []]]);
/** A value that a query names stands in the metric's description, as code. */
const describedValues = (name: string): string[] =>
  allMetrics
    .filter((metric) => ['', '_bucket', '_count', '_sum'].some((part) => metric.name + part === name))
    .flatMap(({ help }) => [...help.matchAll(/`([^`]+)`/g)].map(([, value]) => value!));
/** HTTP's, of which there are too many to describe. */
const valuesOfHttp: Readonly<Record<string, readonly string[]>> = {
  http_response_status_code: ['200', '503'],
  http_route: ['/health/live', '/health/ready'],
};
const declared: Shown = {
  labelsOf: (name) => series.get(name),
  // Types of events are the contexts' own.
  valuesOf: (name, label) => (label === 'type' ? undefined : (valuesOfHttp[label] ?? describedValues(name))),
};
/** Shown for whoever looks closer: what a dashboard has says the same, or says when to look. */
const ASKED_BY_NOBODY = ['nodejs_eventloop_delay_mean_seconds', 'v8js_memory_heap_limit_bytes'];

const labelsOf = (name: string): readonly string[] => [...(series.get(name) ?? []), ...EVERYWHERE];

interface Look {
  readonly alertname: string;
  readonly exp_alerts?: readonly object[];
}

describe('dashboards and alerts', () => {
  it.each(queries)('%s asks for metrics, labels and values that services show', (_where, expr) => {
    expect(wrongIn(expr, declared)).toEqual([]);
  });

  it('ask for every metric there is, but for a few', () => {
    const asked = queries.map(([, expr]) => expr).join('\n');
    const left = allMetrics
      .map(({ name }) => name)
      .filter((name) => !new RegExp(`\\b${name}(_bucket|_count|_sum)?\\b`).test(asked));
    expect(left.sort()).toEqual(ASKED_BY_NOBODY);
  });

  it('show a share of nothing as 0, also before the first of its kind has a series', () => {
    const shares = queries.map(([, expr]) => expr).filter((expr) => expr.includes(' / '));
    expect(shares.length).toBeGreaterThan(0);
    expect(shares.filter((expr) => !/^\(.+ or 0 \* (.+)\) \/ \1$/.test(expr))).toEqual([]);
  });

  it.each(rules)('$alert fires in one of its tests, and is quiet in one', ({ alert }) => {
    const { tests } = parse(text('observability/alerts.test.yml')) as { tests: { alert_rule_test: Look[] }[] };
    const looks = tests.flatMap(({ alert_rule_test: of }) => of).filter(({ alertname }) => alertname === alert);
    const fires = ({ exp_alerts: expected = [] }: Look) => expected.length > 0;
    expect([looks.some((look) => fires(look)), looks.some((look) => !fires(look))]).toEqual([true, true]);
  });

  it('would be found out after a metric, a label or a value was renamed', () => {
    expect(wrongIn('rate(event_store_apends_total[5m])', declared)).toEqual([
      'event_store_apends_total is shown by nobody',
    ]);
    expect(wrongIn('sum(1)', declared)).toEqual(['no metric']);
    expect(wrongIn('sum by (stream) (event_store_timers_due{procss="x"})', declared)).toEqual([
      'event_store_timers_due has no label procss',
      'event_store_timers_due has no procss x',
      'event_store_timers_due has no label stream to sum by',
    ]);
    expect(wrongIn('event_store_subscription_state{state="halted"}', declared)).toEqual([
      'event_store_subscription_state has no state halted',
    ]);
    expect(wrongIn('event_store_parked_records{status=~"parked|bahind|wait.*",reason!="x"}', declared)).toEqual([
      'event_store_parked_records has no status bahind',
      'event_store_parked_records has no reason x',
    ]);
    expect(wrongIn('event_store_parked_records{status!~"p(arked|orked)"}', declared)).toEqual([
      'event_store_parked_records has no status porked',
    ]);
  });

  it('name in their texts only labels that the query keeps', () => {
    for (const { alert, expr, annotations } of rules) {
      const kept = /\bby \(/.test(expr)
        ? [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, of]) => of!.split(/,\s*/))
        : undefined;
      const named = [...annotations.summary.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label!);
      const known = kept ?? [...series.keys()].filter((name) => expr.includes(name)).flatMap(labelsOf);
      expect(
        named.filter((label) => !known.includes(label)),
        alert,
      ).toEqual([]);
    }
    for (const { panels } of dashboards)
      for (const { title, targets } of panels)
        for (const { expr, legendFormat } of targets)
          for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
            expect(expr + EVERYWHERE.join(' '), title).toContain(label);
  });

  it('count no probe as a request', () => {
    const asking = queries.filter(([, expr]) => expr.includes('http_server_request_duration_seconds'));
    expect(asking.length).toBeGreaterThan(5);
    for (const [where, expr] of asking)
      for (const [, matchers] of expr.matchAll(/http_server_request_duration_seconds_\w+([{[][^}]*)/g))
        expect(matchers, where).toContain('http_route!~"/health/.*"');
  });

  it('are five, each found by its own name', () => {
    expect(new Set(dashboards.map(({ uid }) => uid)).size).toBe(5);
    expect(new Set(dashboards.map(({ title }) => title)).size).toBe(5);
  });
});

describe('runbooks', () => {
  const pages = readdirSync(new URL('docs/runbooks', root)).map((file) => `docs/runbooks/${file}`);

  it('there is a page for each alert, and an alert for each page', () => {
    expect(rules.map(({ annotations }) => annotations.runbook).sort()).toEqual(pages.sort());
    for (const { alert, annotations } of rules) expect(text(annotations.runbook)).toContain(`Alert \`${alert}\``);
  });

  it('each is headed by the name of its alert, and the index lists them in the order of alerts.yml', () => {
    for (const { alert, annotations } of rules) expect(text(annotations.runbook)).toMatch(new RegExp(`^# ${alert}: .`));
    const listed = [...text('docs/README.md').matchAll(/\((runbooks\/[a-z-]+\.md)\)/g)].map(
      ([, page]) => `docs/${page}`,
    );
    expect(listed).toEqual(rules.map(({ annotations }) => annotations.runbook));
  });

  it.each(pages)('%s says what is seen, where to look and how to mend it', (page) => {
    const parts = [...text(page).matchAll(/^\*\*(\w+)\.\*\*/gm)].map(([, part]) => part);
    expect(parts).toEqual(['Symptom', 'Look', 'Fix']);
  });
});

describe('the compose profile observability', () => {
  interface Service {
    readonly profiles?: readonly string[];
    readonly volumes?: readonly string[];
    readonly networks?: unknown;
    readonly environment?: Readonly<Record<string, string>>;
  }
  const compose = parse(text('docker-compose.yml'), { merge: true }) as Readonly<Record<string, unknown>>;
  const services = Object.entries(compose['services'] as Record<string, Service>);
  const profiled = services.filter(([, { profiles }]) => profiles?.includes('observability'));

  it('has a collector, a store of traces, Prometheus and Grafana, and mounts files that are there', () => {
    expect(profiled.map(([name]) => name).sort()).toEqual(['collector', 'grafana', 'jaeger', 'prometheus']);
    const mounted = profiled.flatMap(([, { volumes = [] }]) => volumes).filter((volume) => volume.startsWith('./'));
    expect(mounted).not.toEqual([]);
    for (const volume of mounted) {
      expect(volume).toMatch(/:ro$/);
      expect(existsSync(new URL(volume.split(':')[0]!, root)), volume).toBe(true);
    }
  });

  it('scrapes every replica of every service on the port where it shows its metrics', () => {
    const prometheus = parse(text('observability/prometheus.yml')) as {
      rule_files: string[];
      scrape_configs: { dns_sd_configs: { names: string[]; port: number }[] }[];
    };
    const [{ names, port }] = prometheus.scrape_configs[0]!.dns_sd_configs as [{ names: string[]; port: number }];
    expect((compose['x-environment'] as Record<string, string>)['METRICS_PORT']).toBe(String(port));
    expect((compose['x-service'] as Service).networks).toEqual({ default: { aliases: names } });
    expect(
      profiled
        .flatMap(([, { volumes = [] }]) => volumes)
        .some((volume) => volume.includes(`:${prometheus.rule_files[0]}:`)),
    ).toBe(true);
  });
});
