// W3C Trace Context as text, and as OpenTelemetry has it.
import { isSpanContextValid, TraceFlags, type Link, type SpanContext } from '@opentelemetry/api';

/** As many as OpenTelemetry keeps of one span (its limit is 128): the first of a batch. */
const LINKS = 128;

/** Section 3.2: version, trace id, parent id, flags. */
export function parseTraceparent(traceparent: string | undefined): SpanContext | undefined {
  const [, traceId, spanId, flags] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent ?? '') ?? [];
  if (!traceId || !spanId || !flags) return undefined;
  const parsed = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true };
  return isSpanContextValid(parsed) ? parsed : undefined;
}

export function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`;
}

export function linksTo(traceparents: readonly (string | undefined)[]): Link[] {
  const contexts = [...new Set(traceparents)].slice(0, LINKS).map(parseTraceparent);
  return contexts.flatMap((to) => (to ? [{ context: to }] : []));
}
