// Spans go to a collector over OTLP where OTEL_EXPORTER_OTLP_ENDPOINT names one. Nothing of OpenTelemetry is loaded otherwise.
import { useTracer } from '@app/event-store/core';
import type { PlatformConfig } from '../config/platform.config.js';

/** Of our spans; other libraries have one each. */
const SCOPE = { name: 'event-store' };

/** Call it before the application is created. Resolves to what sends the last spans and ends; without a collector it does nothing. */
export async function startTracing(
  service: string,
  config: Pick<PlatformConfig, 'OTEL_EXPORTER_OTLP_ENDPOINT' | 'OTEL_TRACES_SAMPLER_ARG'>,
): Promise<() => Promise<void>> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: share } = config;
  if (endpoint === undefined) return () => Promise.resolve();
  const [{ ROOT_CONTEXT }, { OTLPTraceExporter }, { resourceFromAttributes }, sdk, { otelTracer }, { SpanContexts }] =
    await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/sdk-trace-node'),
      import('./otel-tracer.js'),
      import('./span-contexts.js'),
    ]);
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`;
  const resource = resourceFromAttributes({ 'service.name': service, 'process.pid': process.pid });
  const processor = new sdk.BatchSpanProcessor(new OTLPTraceExporter({ url }));
  const root = new sdk.TraceIdRatioBasedSampler(Number(share));
  // For spans of other libraries; ours go to the same processor, and are sampled alike.
  const provider = new sdk.NodeTracerProvider({
    resource,
    sampler: new sdk.ParentBasedSampler({ root }),
    spanProcessors: [processor],
  });
  provider.register({ contextManager: new SpanContexts() });
  const keeps = (traceId: string): boolean =>
    root.shouldSample(ROOT_CONTEXT, traceId).decision === sdk.SamplingDecision.RECORD_AND_SAMPLED;
  useTracer(otelTracer({ resource, instrumentationScope: SCOPE, processor }, keeps));
  return async () => {
    useTracer(undefined);
    await provider.shutdown();
  };
}
