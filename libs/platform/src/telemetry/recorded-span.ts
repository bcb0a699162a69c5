// A span of ours, also in the form in which the SDK exports spans. The SDK's own checks every attribute twice and reckons in pairs of seconds and
// nanoseconds. Ours keeps what it is told, and is written where it ends.
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
import type { ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace-node';
import type { SpanAttributes, SpanInit } from '@app/event-store/core';
import { censored, CENSORED, isSecretName } from '../logging/secret-names.js';
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

/** Of most spans, and of all of them the same: what is said is put into a new one. */
const NO_LINKS: Link[] = [];
const NO_EVENTS: TimedEvent[] = [];
const UNSET: SpanStatus = { code: SpanStatusCode.UNSET };

/** Where spans come from, and where they go. */
export interface Origin extends Pick<ReadableSpan, 'resource' | 'instrumentationScope'> {
  readonly processor: { onEnd(span: RecordedSpan): void };
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
  links: Link[] = NO_LINKS;
  events: TimedEvent[] = NO_EVENTS;
  status: SpanStatus = UNSET;
  ended = false;
  readonly droppedAttributesCount = 0;
  droppedEventsCount = 0;
  readonly droppedLinksCount = 0;
  /** In milliseconds since 1970. */
  readonly beganAt = Date.now();
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
    if (links) this.links = linksTo(links);
    if (attributes) this.set(attributes);
  }

  set(more: SpanAttributes): void {
    for (const name in more) {
      const value = more[name];
      if (value !== undefined) this.attributes[name] = isSecretName(name) ? CENSORED : value;
    }
  }

  /** Later ones than OpenTelemetry keeps of one span are only counted: it waits in memory until it is sent. */
  addEvent(name: string, attributes: Attributes): void {
    if (this.ended) return;
    if (this.events.length >= EVENTS) this.droppedEventsCount += 1;
    else
      this.events = [
        ...this.events,
        { name, attributes: censored(attributes), time: hrTime(this.beganAt + performance.now() - this.began) },
      ];
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

  /** In milliseconds since 1970, by a clock that nobody sets. */
  get endedAt(): number {
    return this.beganAt + this.tookMs;
  }

  get startTime(): HrTime {
    return hrTime(this.beganAt);
  }

  get endTime(): HrTime {
    return hrTime(this.endedAt);
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
