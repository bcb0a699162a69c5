// The spans of the library and of HTTP, for the exporter of OpenTelemetry. Loaded only where tracing is on.
import { randomFillSync } from 'node:crypto';
import { ROOT_CONTEXT, trace, TraceFlags, type Context, type SpanContext } from '@opentelemetry/api';
import { runningSpan, type Span, type SpanInit, type Tracer } from '@app/event-store/core';
import { OwnSpan, UnkeptSpan } from './own-span.js';
import { RecordedSpan, type Origin } from './recorded-span.js';
import { isKept, parseTraceparent } from './traceparent.js';

/**
 * @param keeps whether a trace that begins here, by its id, is kept.
 * @param followsCallers whether callers from outside decide which of their traces are kept. If not, their ids go on all the same.
 */
export function otelTracer(origin: Origin, keeps: (traceId: string) => boolean, followsCallers = false): Tracer {
  return {
    begin(init: SpanInit, traceparent: string | undefined, isEdge = false): Span {
      const { parent, outer } = followed(traceparent);
      const traceId = parent?.traceId ?? randomHex(16);
      // Not by the trace's id, which the caller has chosen.
      const isRecorded =
        isEdge && !followsCallers
          ? keeps(randomHex(16))
          : parent
            ? (parent.traceFlags & TraceFlags.SAMPLED) !== 0
            : (isLinkKept(init) ?? keeps(traceId));
      const own = { traceId, spanId: randomHex(8), traceFlags: isRecorded ? TraceFlags.SAMPLED : TraceFlags.NONE };
      return isRecorded ? new RecordedSpan(origin, { own, parent, outer }, init) : new UnkeptSpan(own, outer);
    },
  };
}

/** Of a batch: whether any of the traces that it has to do with is kept; undefined where it has to do with none. */
function isLinkKept({ links }: SpanInit): boolean | undefined {
  let isAnyKept: boolean | undefined;
  for (const link of links ?? []) {
    isAnyKept = isKept(link) ?? isAnyKept;
    if (isAnyKept) break;
  }
  return isAnyKept;
}

/** A span that runs here already is the nearer parent, when it is of the same trace: it may be one of another library. */
function followed(traceparent: string | undefined): { parent: SpanContext | undefined; outer: Context } {
  const running = runningSpan();
  const isOwn = running instanceof OwnSpan;
  const within = isOwn ? running.spanContext() : running ? trace.getSpanContext(running as Context) : undefined;
  if (!within || (traceparent !== undefined && !traceparent.startsWith(within.traceId, 3)))
    return { parent: parseTraceparent(traceparent), outer: ROOT_CONTEXT };
  return { parent: within, outer: isOwn ? running.outer : (running as Context) };
}

const BYTES = 4_096;
const bytes = Buffer.alloc(BYTES);
let hex = '';
let used = 0;

/** Out of many bytes at once: asking for a few costs as much. */
function randomHex(length: number): string {
  if (used + 2 * length > hex.length) {
    hex = randomFillSync(bytes).toString('hex');
    used = 0;
  }
  used += 2 * length;
  return hex.slice(used - 2 * length, used);
}
