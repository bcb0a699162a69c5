// Spans go to a collector over OTLP where OTEL_EXPORTER_OTLP_ENDPOINT names one. Nothing of OpenTelemetry is loaded otherwise.
import { useTracer } from '@app/event-store/core';
import type { PlatformConfig } from '../config/platform.config.js';

/** Call it before the application is created. Resolves to what sends the last spans and ends; without a collector it does nothing. */
export async function startTracing(
  service: string,
  config: Pick<PlatformConfig, 'OTEL_EXPORTER_OTLP_ENDPOINT' | 'OTEL_TRACES_SAMPLER_ARG'>,
): Promise<() => Promise<void>> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: share } = config;
  if (endpoint === undefined) return () => Promise.resolve();
  const [{ OTLPTraceExporter }, { resourceFromAttributes }, sdk, { otelTracer }] = await Promise.all([
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/sdk-trace-node'),
    import('./otel-tracer.js'),
  ]);
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`;
  const provider = new sdk.NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'process.pid': process.pid }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(Number(share)) }),
    spanProcessors: [new sdk.BatchSpanProcessor(new OTLPTraceExporter({ url }))],
  });
  provider.register();
  useTracer(otelTracer(provider.getTracer('event-store')));
  return async () => {
    useTracer(undefined);
    await provider.shutdown();
  };
}
