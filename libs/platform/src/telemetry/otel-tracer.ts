// The spans of the library and of HTTP as spans of OpenTelemetry. Loaded only where tracing is on.
import {
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Link,
  type SpanContext,
  type Tracer as OtelTracer,
} from '@opentelemetry/api';
import type { Span, SpanInit, Tracer } from '@app/event-store/core';

const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

/** As many as OpenTelemetry keeps of one span (its limit is 128): the first of a batch. */
const LINKS = 128;

export function otelTracer(otel: OtelTracer): Tracer {
  return {
    begin({ name, kind = 'internal', traceparent, links = [], attributes = {} }: SpanInit): Span {
      const parent = parse(traceparent);
      // A span that runs here already is the nearer parent, when it is of the same trace: it may be one of another library.
      const active = trace.getSpanContext(context.active());
      const within = active && (!parent || active.traceId === parent.traceId) ? context.active() : undefined;
      const from = within ?? (parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT);
      const span = otel.startSpan(
        name,
        { kind: kinds[kind], attributes: { ...attributes }, links: linksTo(links) },
        from,
      );
      const here = trace.setSpan(from, span);
      return {
        traceparent: format(span.spanContext()),
        set: (more) => void span.setAttributes({ ...more }),
        run: (work) => context.with(here, work),
        end(error) {
          if (error !== undefined) {
            span.recordException(describe(error));
            span.setStatus({ code: SpanStatusCode.ERROR });
          }
          span.end();
        },
      };
    },
  };
}

/** Never the stack and what a driver hangs on its errors: rows and parameters would leave the service. */
function describe(error: unknown): { readonly name: string; readonly message: string } {
  if (error instanceof Error) return { name: error.name, message: error.message };
  return { name: 'Error', message: typeof error === 'string' ? error : typeof error };
}

function linksTo(traceparents: NonNullable<SpanInit['links']>): Link[] {
  const contexts = [...new Set(traceparents)].slice(0, LINKS).map(parse);
  return contexts.flatMap((to) => (to ? [{ context: to }] : []));
}

/** W3C Trace Context, section 3.2: version, trace id, parent id, flags. */
function parse(traceparent: string | undefined): SpanContext | undefined {
  const [, traceId, spanId, flags] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent ?? '') ?? [];
  if (!traceId || !spanId || !flags) return undefined;
  const parsed = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true };
  return isSpanContextValid(parsed) ? parsed : undefined;
}

function format({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}
