// A span of ours in the form the SDK exports. The SDK's own checks every attribute twice and reckons in pairs of seconds and nanoseconds while the order
// is waited for. Ours keeps what it is told, and reckons when it is sent.
import {
  SpanKind,
  SpanStatusCode,
  type Attributes,
  type Context,
  type HrTime,
  type Link,
  type Span as OtelSpan,
  type SpanContext,
  type SpanStatus,
} from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor, TimedEvent } from '@opentelemetry/sdk-trace-node';
import type { SpanAttributes, SpanInit } from '@app/event-store/core';
import { OwnSpan } from './own-span.js';
import { describe, SpanForOthers } from './span-for-others.js';
import { linksTo } from './traceparent.js';

const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

/** As OpenTelemetry's OTEL_SPAN_EVENT_COUNT_LIMIT is unless it is set. */
const EVENTS = 128;

/** Where spans come from, and where they go. */
export interface Origin extends Pick<ReadableSpan, 'resource' | 'instrumentationScope'> {
  readonly processor: Pick<SpanProcessor, 'onEnd'>;
}

export interface Beginning {
  readonly own: SpanContext;
  readonly parent: SpanContext | undefined;
  readonly outer: Context;
}

export class RecordedSpan extends OwnSpan implements ReadableSpan {
  name: string;
  readonly kind: SpanKind;
  readonly parentSpanContext: SpanContext | undefined;
  readonly attributes: Attributes = {};
  readonly links: Link[];
  readonly events: TimedEvent[] = [];
  status: SpanStatus = { code: SpanStatusCode.UNSET };
  ended = false;
  readonly droppedAttributesCount = 0;
  droppedEventsCount = 0;
  readonly droppedLinksCount = 0;
  private readonly beganAt = Date.now();
  private readonly began = performance.now();
  private tookMs = 0;

  constructor(
    private readonly origin: Origin,
    { own, parent, outer }: Beginning,
    { name, kind = 'internal', attributes, links }: SpanInit,
  ) {
    super(own, outer);
    this.parentSpanContext = parent;
    this.name = name;
    this.kind = kinds[kind];
    this.links = links ? linksTo(links) : [];
    if (attributes) this.set(attributes);
  }

  set(more: SpanAttributes): void {
    for (const name in more) {
      const value = more[name];
      if (value !== undefined) this.attributes[name] = value;
    }
  }

  /** Later ones than OpenTelemetry keeps of one span are only counted: it waits in memory until it is sent. */
  addEvent(name: string, attributes: Attributes): void {
    if (this.ended) return;
    if (this.events.length >= EVENTS) this.droppedEventsCount += 1;
    else this.events.push({ name, attributes, time: hrTime(this.beganAt + performance.now() - this.began) });
  }

  end(error?: unknown): void {
    if (this.ended) return;
    if (error !== undefined) {
      this.addEvent('exception', describe(error));
      this.status = { code: SpanStatusCode.ERROR };
    }
    this.tookMs = performance.now() - this.began;
    this.ended = true;
    this.origin.processor.onEnd(this);
  }

  get startTime(): HrTime {
    return hrTime(this.beganAt);
  }

  get endTime(): HrTime {
    return hrTime(this.beganAt + this.tookMs);
  }

  get duration(): HrTime {
    return hrTime(this.tookMs);
  }

  get resource() {
    return this.origin.resource;
  }

  get instrumentationScope() {
    return this.origin.instrumentationScope;
  }

  protected forOthers(): OtelSpan {
    return new SpanForOthers(this);
  }
}

function hrTime(ms: number): HrTime {
  const seconds = Math.trunc(ms / 1_000);
  return [seconds, Math.round((ms - seconds * 1_000) * 1e6)];
}
