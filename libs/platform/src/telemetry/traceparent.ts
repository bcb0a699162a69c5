// W3C Trace Context as text, and as OpenTelemetry has it.
import { INVALID_SPANID, INVALID_TRACEID, TraceFlags, type Link, type SpanContext } from '@opentelemetry/api';

/** As many as OpenTelemetry keeps of one span (its limit is 128): the first of a batch. */
const LINKS = 128;
/** Characters of version 00. */
const TRACEPARENT = 55;
const ODD = '13579bdf';

/** Section 3.2: version, trace id, parent id, flags. */
export function parseTraceparent(traceparent: string | undefined): SpanContext | undefined {
  if (traceparent === undefined || !/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(traceparent)) return undefined;
  const traceId = traceparent.slice(3, 35);
  const spanId = traceparent.slice(36, 52);
  if (traceId === INVALID_TRACEID || spanId === INVALID_SPANID) return undefined;
  const traceFlags = Number.parseInt(traceparent.slice(53), 16) & TraceFlags.SAMPLED;
  return { traceId, spanId, traceFlags, isRemote: true };
}

export function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`;
}

/** Of version 00, by the last bit of its flags: whether the trace is kept. Undefined where it is no trace context. */
export function isKept(traceparent: string | undefined): boolean | undefined {
  return traceparent?.length === TRACEPARENT ? ODD.includes(traceparent.charAt(TRACEPARENT - 1)) : undefined;
}

/** Those that lead somewhere: to traces that are kept. */
export function linksTo(traceparents: readonly (string | undefined)[]): Link[] {
  const links: Link[] = [];
  for (const traceparent of new Set(traceparents.filter(isKept))) {
    const context = parseTraceparent(traceparent);
    if (context && links.push({ context }) === LINKS) break;
  }
  return links;
}
