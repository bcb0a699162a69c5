// A span as OTLP's Protocol Buffers want it, written where it ends. OpenTelemetry's serializers need the spans themselves until a batch is sent, and go through
// each twice. Ours writes the same bytes as theirs: span-bytes.unit.spec.ts compares them. Numbers of fields are those of opentelemetry-proto 1.x.
import type { Attributes, AttributeValue, HrTime, Link } from '@opentelemetry/api';
import type { TimedEvent } from '@opentelemetry/sdk-trace-node';
import { DELIMITED, FIXED_32, FIXED_64, ProtoBytes, VARINT } from './proto-bytes.js';
import type { RecordedSpan } from './recorded-span.js';

/** SpanFlags of OTLP: that it is known whether the parent is of another process, and that it is. */
const HAS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;

/** `ScopeSpans.spans` */
export function writeSpan(to: ProtoBytes, span: RecordedSpan): void {
  const { traceId, spanId, traceFlags } = span.spanContext();
  const parent = span.parentSpanContext;
  to.tag(2, DELIMITED);
  const begun = to.open();
  writeIds(to, traceId, spanId);
  if (parent) {
    to.tag(4, DELIMITED);
    to.hex(parent.spanId);
  }
  to.tag(5, DELIMITED);
  to.text(span.name);
  to.tag(6, VARINT);
  to.varint(span.kind + 1);
  to.tag(7, FIXED_64);
  writeTime(to, span.beganAt);
  to.tag(8, FIXED_64);
  writeTime(to, span.endedAt);
  writeAttributes(to, 9, span.attributes);
  writeCount(to, 10, span.droppedAttributesCount);
  for (const event of span.events) writeEvent(to, event);
  writeCount(to, 12, span.droppedEventsCount);
  for (const link of span.links) writeLink(to, link);
  writeCount(to, 14, span.droppedLinksCount);
  to.tag(15, DELIMITED);
  const status = to.open();
  if (span.status.message) {
    to.tag(2, DELIMITED);
    to.text(span.status.message);
  }
  writeCount(to, 3, span.status.code);
  to.close(status);
  writeFlags(to, 16, traceFlags, parent?.isRemote);
  to.close(begun);
}

/** `repeated KeyValue`, as the field of this number. */
export function writeAttributes(to: ProtoBytes, field: number, attributes: Attributes): void {
  for (const name in attributes) {
    to.tag(field, DELIMITED);
    const begun = to.open();
    to.tag(1, DELIMITED);
    to.text(name);
    to.tag(2, DELIMITED);
    writeValue(to, attributes[name]);
    to.close(begun);
  }
}

/** What is no value of an attribute is written as none. */
function writeValue(to: ProtoBytes, value: AttributeValue | null | undefined): void {
  const begun = to.open();
  if (typeof value === 'string') {
    to.tag(1, DELIMITED);
    to.text(value);
  } else if (typeof value === 'boolean') {
    to.tag(2, VARINT);
    to.varint(value ? 1 : 0);
  } else if (typeof value === 'number') {
    if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) {
      to.tag(3, VARINT);
      to.varint(value);
    } else {
      to.tag(4, FIXED_64);
      to.double(value);
    }
  } else if (Array.isArray(value)) {
    to.tag(5, DELIMITED);
    const values = to.open();
    for (const one of value) {
      to.tag(1, DELIMITED);
      writeValue(to, one);
    }
    to.close(values);
  }
  to.close(begun);
}

function writeEvent(to: ProtoBytes, { name, time, attributes }: TimedEvent): void {
  to.tag(11, DELIMITED);
  const begun = to.open();
  to.tag(1, FIXED_64);
  writeHrTime(to, time);
  to.tag(2, DELIMITED);
  to.text(name);
  if (attributes) writeAttributes(to, 3, attributes);
  writeCount(to, 4, 0);
  to.close(begun);
}

function writeLink(to: ProtoBytes, { context, attributes }: Link): void {
  const { traceId, spanId, traceFlags, traceState, isRemote } = context;
  to.tag(13, DELIMITED);
  const begun = to.open();
  writeIds(to, traceId, spanId);
  const state = traceState?.serialize();
  if (state) {
    to.tag(3, DELIMITED);
    to.text(state);
  }
  if (attributes) writeAttributes(to, 4, attributes);
  writeCount(to, 5, 0);
  writeFlags(to, 6, traceFlags, isRemote);
  to.close(begun);
}

function writeIds(to: ProtoBytes, traceId: string, spanId: string): void {
  to.tag(1, DELIMITED);
  to.hex(traceId);
  to.tag(2, DELIMITED);
  to.hex(spanId);
}

function writeCount(to: ProtoBytes, field: number, count: number): void {
  to.tag(field, VARINT);
  to.varint(count);
}

function writeFlags(to: ProtoBytes, field: number, traceFlags: number, isRemote: boolean | undefined): void {
  to.tag(field, FIXED_32);
  to.fixed32((traceFlags & 0xff) | HAS_IS_REMOTE | (isRemote ? IS_REMOTE : 0));
}

function writeTime(to: ProtoBytes, ms: number): void {
  const whole = Math.floor(ms);
  to.nanoseconds(whole, Math.round((ms - whole) * 1e6));
}

function writeHrTime(to: ProtoBytes, [seconds, nanoseconds]: HrTime): void {
  to.nanoseconds(seconds * 1_000, nanoseconds);
}
