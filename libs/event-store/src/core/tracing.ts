// What the library does, told as spans of a trace. It knows no tracer: whoever has one gives it, and without one nothing is made.
import { DomainError } from './domain-errors.js';
import { MessageContext } from './message-context.js';
import { spanAttributes } from './span-attributes.js';

export type SpanKind = 'internal' | 'server' | 'producer' | 'consumer';

export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

export interface SpanInit {
  /** Few different ones: `process order-view`, never with an id. */
  readonly name: string;
  /** Default `internal`. */
  readonly kind?: SpanKind;
  /** What it follows from, as W3C trace context. Default: what the running call does. */
  readonly traceparent?: string | undefined;
  /** What it has to do with besides, as W3C trace contexts: each message of a batch. */
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
  begin(init: SpanInit): Span;
}

let tracer: Tracer | undefined;

/** For the whole process, before anything starts; undefined switches tracing off. */
export function useTracer(next: Tracer | undefined): void {
  tracer = next;
}

/** Undefined where nobody traces. `init` is asked for only where somebody does. */
export function beginSpan(init: () => SpanInit): Span | undefined {
  if (!tracer) return undefined;
  const asked = init();
  const traceparent = asked.traceparent ?? MessageContext.current()?.traceparent;
  return untroubled(() => tracer?.begin({ ...asked, traceparent }));
}

/** Runs `work` in a span that ends when it does, and fails as it does; a rejection is an answer and no failure. */
export async function inSpan<T>(init: () => SpanInit, work: (span: Span | undefined) => Promise<T>): Promise<T> {
  const span = beginSpan(init);
  if (!span) return work(undefined);
  let failure: unknown;
  try {
    return await span.run(() => work(span));
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    untroubled(() => end(span, failure));
  }
}

function end(span: Span, failure: unknown): void {
  if (!(failure instanceof DomainError)) return span.end(failure);
  span.set({ [spanAttributes.rejection]: failure.code });
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
