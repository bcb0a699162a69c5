// What the library does, told as spans of a trace. It knows no tracer: whoever has one gives it, and without one nothing is made.
import { Ambient } from '../ambient.js';
import { DomainError } from '../aggregates/domain-errors.js';
import { MessageContext } from '../message-context.js';
import { spanAttributes } from './span-attributes.js';
import { whenSettled } from './when-settled.js';

export type SpanKind = 'internal' | 'server' | 'producer' | 'consumer';

export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

export interface SpanInit {
  /** Few different ones: `process order-view`, never with an id. */
  readonly name: string;
  /** Default `internal`. */
  readonly kind?: SpanKind;
  /** What it has to do with besides what it follows from, as W3C trace contexts: each message of a batch. */
  readonly links?: readonly (string | undefined)[];
  readonly attributes?: SpanAttributes;
}

export interface Span {
  /** For what follows from it. */
  readonly traceparent: string;
  set(attributes: SpanAttributes): void;
  /** Runs `work` so that spans of other libraries become its children. */
  run<T>(work: () => T): T;
  /** With an error it failed. Once. */
  end(error?: unknown): void;
}

export interface Tracer {
  /** `traceparent`: what it follows from, as W3C trace context. `isEdge`: that came from outside, so whether it is kept may be decided anew. */
  begin(init: SpanInit, traceparent: string | undefined, isEdge?: boolean): Span;
}

/** Characters of version 00. */
const TRACEPARENT = 55;

let tracer: Tracer | undefined;
/** Of the tracer, and known to nobody else. */
const running = new Ambient<unknown>();

/** For the whole process, before anything starts; undefined switches tracing off. */
export function useTracer(next: Tracer | undefined): void {
  tracer = next;
}

/** Whoever traces, like {@link meter}. */
export function currentTracer(): Tracer | undefined {
  return tracer;
}

/**
 * Undefined where nobody traces, or not this trace; `init` is asked for only where somebody does.
 * @param from what it follows from, as W3C trace context; default: what the running call does.
 * @param isEdge whether `from` is a stranger's: then the tracer is asked even where the stranger keeps nothing.
 */
export function beginSpan(init: () => SpanInit, from?: string, isEdge = false): Span | undefined {
  if (!tracer) return undefined;
  const traceparent = from ?? MessageContext.current()?.traceparent;
  if (!isEdge && isLeftOut(traceparent)) return undefined;
  const asked = init();
  return untroubled(() => tracer?.begin(asked, traceparent, isEdge));
}

/** Runs `work` in a span that ends when it does, and fails as it does; a rejection is an answer and no failure. `from` as in {@link beginSpan}. */
export function inSpan<T>(
  init: () => SpanInit,
  work: (span: Span | undefined) => Promise<T>,
  from?: string,
): Promise<T> {
  const span = beginSpan(init, from);
  if (!span) return work(undefined);
  return whenSettled(
    () => span.run(() => work(span)),
    () => untroubled(() => span.end()),
    (error) => untroubled(() => fail(span, error)),
  );
}

/** For tracers: what {@link runInSpan} was given last. */
export function runningSpan(): unknown {
  return running.current;
}

/** For tracers: runs `work` as a part of `span`, which is whatever the tracer finds again as {@link runningSpan}. */
export function runInSpan<T>(span: unknown, work: () => T): T {
  return running.run(span, work);
}

/** W3C Trace Context, section 3.2.2.5: the last bit of the flags. Who began the trace has decided that nobody keeps it. */
function isLeftOut(traceparent: string | undefined): boolean {
  return traceparent?.length === TRACEPARENT && '02468ace'.includes(traceparent.charAt(TRACEPARENT - 1));
}

function fail(span: Span, error: unknown): void {
  if (!(error instanceof DomainError)) return span.end(error);
  span.set({ [spanAttributes.rejection]: error.code });
  span.end();
}

/** What becomes of the work is no affair of a tracer that fails. */
function untroubled<T>(tell: () => T): T | undefined {
  try {
    return tell();
  } catch {
    return undefined;
  }
}
