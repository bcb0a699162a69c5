// Batches that are bytes already, sent by OpenTelemetry's exporter: its headers, time-outs and retries by OTEL_EXPORTER_OTLP_* hold for them too.
import { context, ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api';
import { convertLegacyHttpOptions, createOtlpHttpExportDelegate } from '@opentelemetry/otlp-exporter-base/node-http';
import type { Send } from './span-batches.js';

/** Batches under way at a time, in case the collector is slow or away; what comes then is lost. */
const UNDER_WAY = 16;

export function otlpSender(url: string): { readonly send: Send; close(): Promise<void> } {
  const headers = { 'Content-Type': 'application/x-protobuf' };
  const options = convertLegacyHttpOptions({ url, concurrencyLimit: UNDER_WAY }, 'TRACES', 'v1/traces', headers);
  const asIs = {
    serializeRequest: (batch: Uint8Array) => batch,
    deserializeResponse: () => ({}),
  };
  const uncounted = { name: 'span', countItems: () => 0 } as const;
  const delegate = createOtlpHttpExportDelegate(options, asIs, 'otlp_http_span_exporter', uncounted, undefined);
  // Sending is traced by nobody, or spans of it would have to be sent in turn.
  const unsampled = { traceId: 'f'.repeat(32), spanId: 'f'.repeat(16), traceFlags: TraceFlags.NONE };
  const untraced = trace.setSpanContext(ROOT_CONTEXT, unsampled);
  return {
    send: (batch, sent) => context.with(untraced, () => delegate.export(batch, ({ error }) => sent(error))),
    close: () => delegate.shutdown(),
  };
}
