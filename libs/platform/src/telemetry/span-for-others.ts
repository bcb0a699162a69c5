// A span of ours as other code finds it by `trace.getActiveSpan()`: it may say more about it, and does not end it.
import type { Attributes, AttributeValue, Exception, Link, Span, SpanContext, SpanStatus } from '@opentelemetry/api';
import { messageOf } from '@app/event-store/core';
import { censored } from '../logging/secret-names.js';

/** The span of ours. */
export interface Spoken {
  name: string;
  status: SpanStatus;
  readonly ended: boolean;
  readonly attributes: Attributes;
  links: Link[];
  spanContext(): SpanContext;
  addEvent(name: string, attributes: Attributes): void;
}

export class SpanForOthers implements Span {
  constructor(private readonly span: Spoken) {}

  spanContext(): SpanContext {
    return this.span.spanContext();
  }

  isRecording(): boolean {
    return !this.span.ended;
  }

  setAttribute(name: string, value: AttributeValue): this {
    return this.setAttributes({ [name]: value });
  }

  setAttributes(attributes: Attributes): this {
    if (!this.span.ended) Object.assign(this.span.attributes, censored(attributes));
    return this;
  }

  addEvent(name: string, attributes?: unknown): this {
    this.span.addEvent(name, isAttributes(attributes) ? attributes : {});
    return this;
  }

  addLink(link: Link): this {
    return this.addLinks([link]);
  }

  addLinks(links: Link[]): this {
    if (!this.span.ended) this.span.links = [...this.span.links, ...links];
    return this;
  }

  setStatus(status: SpanStatus): this {
    if (!this.span.ended) this.span.status = status;
    return this;
  }

  updateName(name: string): this {
    if (!this.span.ended) this.span.name = name;
    return this;
  }

  recordException(exception: Exception): void {
    this.span.addEvent('exception', describe(exception));
  }

  end(): void {}
}

/** A time may stand in its place. */
function isAttributes(given: unknown): given is Attributes {
  return typeof given === 'object' && given !== null && !Array.isArray(given) && !(given instanceof Date);
}

/** As in the logs, but never the stack. */
export function describe(error: unknown): Attributes {
  if (error instanceof Error) return { 'exception.type': error.name, 'exception.message': messageOf(error) };
  return { 'exception.type': 'Error', 'exception.message': typeof error === 'string' ? error : typeof error };
}
