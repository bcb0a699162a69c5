// The files of observability/ fit each other, docker-compose.yml and what services do; and a mistake in any of them is found without starting anything.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { contexts } from '../tools/contexts/registry.js';
import type { WatchingFiles } from './support/watching-files.js';
import { problemsIn } from './support/watching-problems.js';

const root = new URL('../', import.meta.url);
const text = (path: string) => readFileSync(new URL(path, root), 'utf8');
const yaml = (path: string) => parse(text(path), { merge: true }) as unknown;
const provisioning = 'observability/grafana/provisioning';
const folder = 'observability/grafana/dashboards';
const told = ['docker-compose.yml', 'docs/how-to/watch-a-service.md'].map(
  (path) => [path, [...text(path).matchAll(/OTEL_EXPORTER_OTLP_ENDPOINT=(\S+)/g)].map(([, url]) => url!)] as const,
);

const files: WatchingFiles = {
  compose: yaml('docker-compose.yml') as WatchingFiles['compose'],
  collector: yaml('observability/collector.yml') as WatchingFiles['collector'],
  prometheus: yaml('observability/prometheus.yml') as WatchingFiles['prometheus'],
  datasources: (yaml(`${provisioning}/datasources/datasources.yml`) as Pick<WatchingFiles, 'datasources'>).datasources,
  providers: (yaml(`${provisioning}/dashboards/dashboards.yml`) as Pick<WatchingFiles, 'providers'>).providers,
  dashboards: readdirSync(new URL(folder, root)).map((file) => JSON.parse(text(`${folder}/${file}`)) as never),
  endpoints: told.flatMap(([, urls]) => urls),
  exists: (path) => existsSync(new URL(path, root)),
};

/** As `files`, but with this at a path of keys and indexes; undefined takes it away. */
function planted(path: string, value: unknown): WatchingFiles {
  const { exists, ...rest } = files;
  const copy = JSON.parse(JSON.stringify(rest)) as Omit<WatchingFiles, 'exists'>; // aliases of YAML become copies
  const keys = path.split('.');
  const last = keys.pop()!;
  let place = copy as unknown as Record<string, unknown>;
  for (const key of keys) place = place[key] as Record<string, unknown>;
  if (value === undefined) delete place[last];
  else place[last] = value;
  return { ...copy, exists };
}

const dns = 'prometheus.scrape_configs.0.dns_sd_configs';
const pipeline = 'collector.service.pipelines.traces';
const jaeger = 'collector.exporters.otlp/jaeger';
const mistakes: readonly (readonly [mistake: string, path: string, value: unknown, problem: string])[] = [
  ['an exporter that is not defined', `${pipeline}.exporters`, ['otlp/tempo'], 'otlp/tempo of a pipeline is none of'],
  ['an exporter that is not used', 'collector.exporters.otlp/two', {}, 'otlp/two of the exporters is in no pipeline'],
  ['a processor that is not defined', `${pipeline}.processors.1`, 'bach', 'bach of a pipeline is none of the'],
  ['a limit on memory that comes late', `${pipeline}.processors`, ['batch', 'memory_limiter'], 'does not begin with'],
  ['a misspelt setting', 'collector.processors.batch', { time_out: '1s' }, 'batch has time_out'],
  ['a component that nobody knows', 'collector.receivers.zipkin', {}, 'nothing is known here of zipkin'],
  ['a receiver on another port', 'collector.receivers.otlp.protocols.http.endpoint', '0.0.0.0:4319', '0.0.0.0:4319'],
  ['a receiver of gRPC alone', 'collector.receivers.otlp.protocols', { grpc: {} }, 'takes HTTP at undefined'],
  [
    'a receiver that only its container reaches',
    'collector.receivers.otlp.protocols.http.endpoint',
    '127.0.0.1:4318',
    'listens on 127',
  ],
  ['an exporter to nobody', `${jaeger}.endpoint`, 'tempo:4317', 'no service of the profile'],
  ['an exporter of gRPC to the port of HTTP', `${jaeger}.endpoint`, 'jaeger:4318', 'OTLP is at 4317'],
  ['an exporter with TLS', `${jaeger}.tls`, undefined, 'expects TLS'],
  ['a store of traces that only its container reaches', 'compose.services.jaeger.environment', {}, 'jaeger listens'],
  ['a store of traces that grows', 'compose.services.jaeger.command', undefined, 'more traces than it has memory'],
  ['a pipeline of nothing', 'collector.service.pipelines.spans', {}, 'none of traces, metrics, logs'],
  ['a collector without its file', 'compose.services.collector.volumes', [], 'the collector finds nothing'],
  [
    'a mounted file that is not there',
    'compose.services.collector.volumes.0',
    './x.yml:/etc/otelcol/config.yaml',
    'finds',
  ],
  ['a page that names another port', 'endpoints', ['http://collector:4317'], 'told to send to http://collector:4317'],
  ['rules that are not mounted', 'prometheus.rule_files', ['/etc/prometheus/rules.yml'], 'no file of rules'],
  ['no rules', 'prometheus.rule_files', [], 'prometheus has no rules'],
  ['a configuration that is not mounted', 'compose.services.prometheus.command', [], 'prometheus finds nothing at'],
  ['a name that nobody answers to', `${dns}.0.names`, ['metric'], 'asks metric, which is no service'],
  ['records that compose does not have', `${dns}.0.type`, 'SRV', 'records of type SRV'],
  ['another path', 'prometheus.scrape_configs.0.metrics_path', '/metric', 'asks for /metric, and services'],
  ['a misspelt key', 'prometheus.scrape_configs.0.dns_sd_config', [], 'has dns_sd_config,'],
  ['an interval without a unit', 'prometheus.global.scrape_interval', '10', 'no length of time'],
  ['a job that asks nobody', dns, [], 'asks nobody'],
  ['a data source on another port', 'datasources.0.url', 'http://prometheus:9091', 'prometheus at port 9090'],
  ['a data source that is not there', 'datasources.1.url', 'http://tempo:16686', 'no store of the profile'],
  ['a data source of another type', 'datasources.1.type', 'tempo', 'jaeger a jaeger at port 16686'],
  ['a data source under another name', 'datasources.0.uid', 'metrics', 'asks prometheus, which is no data source'],
  ['two data sources under one name', 'datasources.1.uid', 'prometheus', 'two data sources are prometheus'],
  ['no default', 'datasources.0.isDefault', false, '0 data sources are the default'],
  ['a panel that asks another data source', 'dashboards.0.panels.0.datasource.uid', 'prom', 'asks prom, which is'],
  [
    'a variable that asks another',
    'dashboards.0.templating.list.0.datasource.uid',
    'prom',
    'variable service asks prom',
  ],
  ['dashboards that are not mounted', 'providers.0.options.path', '/var/dash', 'finds nothing at /var/dash'],
  ['nobody who provides the dashboards', 'providers', [], 'nothing provides the dashboards'],
  ['two dashboards under one name', 'dashboards.1.uid', files.dashboards[0]!.uid, 'two dashboards are'],
  ['data sources that are not mounted', 'compose.services.grafana.volumes', [], 'grafana finds no datasources'],
];

const [context] = contexts(); // there is none in a repository that is yet to have its own
const service = `compose.services.${context?.service}`;
const mistakesOfServices: readonly (readonly [mistake: string, path: string, value: unknown, problem: string])[] = [
  ['on another port', `${service}.environment.METRICS_PORT`, '9465', 'at port 9464, and it shows metrics at 9465'],
  ['under no name', `${service}.networks`, ['default'], 'for its metrics'],
  ['to everybody', `${service}.ports`, ['127.0.0.1:9464:9464'], 'without a token'],
  ['on a port that nobody asks', `${dns}.0.port`, 9465, 'at port 9465, and it shows metrics at 9464'],
];

describe('what watches the services', () => {
  it('is set up without a mistake', () => {
    const nobody = ['job services asks metrics, which is no service and no alias of one'];
    expect(problemsIn(files)).toEqual(context ? [] : nobody);
    for (const [path, urls] of told) expect(urls, path).not.toEqual([]);
  });

  it.each(mistakes)('%s is found', (_mistake, path, value, problem) => {
    expect(problemsIn(planted(path, value)).join('\n')).toContain(problem);
  });

  it.skipIf(!context).each(mistakesOfServices)('metrics shown %s are found', (_mistake, path, value, problem) => {
    expect(problemsIn(planted(path, value)).join('\n')).toContain(problem);
  });
});
