// What is wrong in the collector's configuration: components, pipelines, and whether each end is where the other one looks.
import { sourceOf, unknownKeys, type Collector, type Pipeline, type WatchingFiles } from './watching-files.js';

const KINDS = ['receivers', 'processors', 'exporters'] as const;
const SIGNALS = ['traces', 'metrics', 'logs'];
/** Those in use, of the collector's core distribution, with the settings that they take. Who uses another adds it here. */
const COMPONENTS: Readonly<Record<(typeof KINDS)[number], Readonly<Record<string, readonly string[]>>>> = {
  receivers: { otlp: ['protocols'] },
  processors: {
    memory_limiter: ['check_interval', 'limit_mib', 'spike_limit_mib', 'limit_percentage', 'spike_limit_percentage'],
    batch: ['timeout', 'send_batch_size', 'send_batch_max_size'],
  },
  exporters: {
    otlp: ['endpoint', 'tls', 'headers', 'timeout', 'compression', 'sending_queue', 'retry_on_failure'],
    otlphttp: ['endpoint', 'tls', 'headers', 'timeout', 'compression', 'sending_queue', 'retry_on_failure'],
  },
};
/** Where a store of traces takes OTLP: over gRPC, and over HTTP. */
const OTLP_PORTS: Readonly<Record<string, number>> = { otlp: 4317, otlphttp: 4318 };
/** Where the image looks for it. */
const CONFIG = '/etc/otelcol/config.yaml';

export function collectorProblems({ compose, collector, endpoints, exists }: WatchingFiles): string[] {
  const container = compose.services['collector'];
  if (!container) return ['docker-compose.yml has no collector'];
  const mounted = sourceOf(container, CONFIG);
  return [
    ...(mounted !== undefined && exists(mounted) ? [] : [`the collector finds nothing at ${CONFIG}`]),
    ...unknownKeys('collector.yml', collector, [...KINDS, 'service']),
    ...KINDS.flatMap((kind) => componentProblems(kind, collector)),
    ...Object.entries(collector.service.pipelines).flatMap(([name, pipeline]) => pipelineProblems(name, pipeline)),
    ...receiverProblems(collector, endpoints),
    ...exporterProblems(collector, compose),
  ];
}

function componentProblems(kind: (typeof KINDS)[number], collector: Collector): string[] {
  const defined = Object.entries(collector[kind] ?? {});
  const used = Object.values(collector.service.pipelines).flatMap((pipeline) => pipeline[kind] ?? []);
  return [
    ...used
      .filter((name) => !defined.some(([other]) => other === name))
      .map((name) => `${name} of a pipeline is none of the ${kind}`),
    ...defined.filter(([name]) => !used.includes(name)).map(([name]) => `${name} of the ${kind} is in no pipeline`),
    ...defined.flatMap(([name, settings]) => {
      const known = COMPONENTS[kind][name.split('/')[0]!];
      return known ? unknownKeys(name, settings ?? {}, known) : [`nothing is known here of ${name} of the ${kind}`];
    }),
  ];
}

function pipelineProblems(name: string, pipeline: Pipeline): string[] {
  const { receivers = [], processors = [], exporters = [] } = pipeline;
  const problems = unknownKeys(`pipeline ${name}`, pipeline, KINDS);
  if (!SIGNALS.includes(name.split('/')[0]!)) problems.push(`pipeline ${name} is none of ${SIGNALS.join(', ')}`);
  if (receivers.length === 0) problems.push(`pipeline ${name} has no receiver`);
  if (exporters.length === 0) problems.push(`pipeline ${name} has no exporter`);
  if (processors[0] !== 'memory_limiter') problems.push(`pipeline ${name} does not begin with the memory_limiter`);
  return problems;
}

/** Services send OTLP over HTTP. */
function receiverProblems({ receivers }: Collector, endpoints: readonly string[]): string[] {
  const protocols = (receivers['otlp'] as { protocols?: { http?: { endpoint?: string } } } | null)?.protocols;
  const [host, port] = protocols?.http?.endpoint?.split(':') ?? [];
  const problems = endpoints
    .filter((endpoint) => endpoint !== `http://collector:${port}`)
    .map((endpoint) => `services are told to send to ${endpoint}, and the collector takes HTTP at ${host}:${port}`);
  if (endpoints.length === 0) problems.push('nothing tells services where to send');
  if (host !== '0.0.0.0') problems.push(`the collector listens on ${host}, where no other container reaches it`);
  return problems;
}

function exporterProblems({ exporters }: Collector, { services }: WatchingFiles['compose']): string[] {
  return Object.entries(exporters).flatMap(([name, settings]) => {
    const { endpoint = '', tls } = (settings ?? {}) as { endpoint?: string; tls?: { insecure?: boolean } };
    const type = name.split('/')[0]!;
    const [, host, port] = /^(?:https?:\/\/)?([^:/]+):(\d+)$/.exec(endpoint) ?? [];
    const to = services[host ?? ''];
    const problems = [];
    if (!to?.profiles?.includes('observability'))
      problems.push(`${name} sends to ${endpoint}, which is no service of the profile`);
    if (Number(port) !== OTLP_PORTS[type])
      problems.push(`${name} sends to port ${port}, and OTLP is at ${OTLP_PORTS[type]}`);
    if (tls?.insecure !== true) problems.push(`${name} expects TLS, which nobody speaks inside of compose`);
    if (host === 'jaeger' && to?.environment?.['JAEGER_LISTEN_HOST'] !== '0.0.0.0')
      problems.push('jaeger listens where no other container reaches it');
    if (host === 'jaeger' && !to?.command?.some((word) => word.includes('.memory.max_traces=')))
      problems.push('jaeger keeps more traces than it has memory for');
    return problems;
  });
}
