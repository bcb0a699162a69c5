// Spans go to a collector over OTLP where OTEL_EXPORTER_OTLP_ENDPOINT names one. Nothing of OpenTelemetry is loaded otherwise.
import { useTracer } from '@app/event-store/core';
import type { PlatformConfig } from '../config/platform.config.js';
import { censored } from '../logging/secret-names.js';

/** Of our spans; other libraries have one each. */
const SCOPE = { name: 'event-store' };
/** A span waits so long at most before it is sent, as OpenTelemetry's do. */
const EVERY_MS = 5_000;

/** Call it before the application is created. Resolves to what sends the last spans and ends; without a collector it does nothing. */
export async function startTracing(
  service: string,
  config: Pick<
    PlatformConfig,
    'OTEL_EXPORTER_OTLP_ENDPOINT' | 'OTEL_TRACES_SAMPLER_ARG' | 'TRACES_PER_SECOND' | 'TRACES_FOLLOW_CALLERS'
  >,
): Promise<() => Promise<void>> {
  const {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_TRACES_SAMPLER_ARG: share,
    TRACES_PER_SECOND: perSecond,
    TRACES_FOLLOW_CALLERS: followsCallers,
  } = config;
  if (endpoint === undefined) return () => Promise.resolve();
  const [{ OTLPTraceExporter }, { resourceFromAttributes }, sdk, { otelTracer }, ...own] = await Promise.all([
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/sdk-trace-node'),
    import('./otel-tracer.js'),
    import('./span-contexts.js'),
    import('./span-batches.js'),
    import('./otlp-sender.js'),
    import('./trace-sampler.js'),
  ]);
  const [{ SpanContexts }, { SpanBatches }, { otlpSender }, { TraceSampler }] = own;
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`;
  const attributes = { 'service.name': service, 'process.pid': process.pid };
  const resource = resourceFromAttributes(attributes);
  const sender = otlpSender(url);
  const batches = new SpanBatches(attributes, SCOPE.name, sender.send);
  const sending = setInterval(() => batches.flush(), EVERY_MS).unref();
  const sampler = new TraceSampler({ perSecond, share: Number(share) });
  // For spans of other libraries: ours have a way of their own to the same collector, and are sampled alike.
  const provider = new sdk.NodeTracerProvider({
    resource,
    sampler: new sdk.ParentBasedSampler({ root: sampler }),
    spanProcessors: [withoutSecrets(new sdk.BatchSpanProcessor(new OTLPTraceExporter({ url })))],
  });
  provider.register({ contextManager: new SpanContexts() });
  const keeps = (traceId: string): boolean => sampler.keeps(traceId);
  useTracer(otelTracer({ resource, instrumentationScope: SCOPE, processor: batches }, keeps, followsCallers));
  return async () => {
    useTracer(undefined);
    clearInterval(sending);
    batches.flush();
    await Promise.all([sender.close(), provider.shutdown()]);
  };
}

interface EndedSpan {
  readonly attributes: object;
  readonly events: readonly { attributes?: object }[];
}

/** Spans of other libraries say what these think fit. */
function withoutSecrets<P extends { onEnd(span: EndedSpan): void }>(processor: P): P {
  const end = processor.onEnd.bind(processor);
  processor.onEnd = (span) => {
    Object.assign(span.attributes, censored(span.attributes));
    for (const event of span.events) event.attributes &&= censored(event.attributes);
    end(span);
  };
  return processor;
}
