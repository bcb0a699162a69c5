// A span of ours as what runs: what follows from it finds it, and so do spans of other libraries.
import { trace, type Context, type Span as OtelSpan, type SpanContext } from '@opentelemetry/api';
import { runInSpan, type Span, type SpanAttributes } from '@app/event-store/core';
import { formatTraceparent } from './traceparent.js';

export abstract class OwnSpan implements Span {
  readonly traceparent: string;
  private asContext: Context | undefined;

  /** `outer`: what other libraries have put into their context around it. */
  constructor(
    protected readonly own: SpanContext,
    readonly outer: Context,
  ) {
    this.traceparent = formatTraceparent(own);
  }

  spanContext(): SpanContext {
    return this.own;
  }

  run<T>(work: () => T): T {
    return runInSpan(this, work);
  }

  /** Made when somebody asks: where only the library makes spans nobody does. */
  get context(): Context {
    return (this.asContext ??= trace.setSpan(this.outer, this.forOthers()));
  }

  abstract set(attributes: SpanAttributes): void;
  abstract end(error?: unknown): void;
  protected abstract forOthers(): OtelSpan;
}

/** Of a trace that begins here and that nobody keeps: it only says so to what follows. */
export class UnkeptSpan extends OwnSpan {
  set(): void {}

  end(): void {}

  protected forOthers(): OtelSpan {
    return trace.wrapSpanContext(this.own);
  }
}
