// OpenTelemetry's context is what runs here anyway: spans of other libraries become children of ours, without an AsyncLocalStorage of their own.
import { ROOT_CONTEXT, trace, type Context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { MessageContext, runInSpan, runningSpan } from '@app/event-store/core';
import { OwnSpan } from './own-span.js';
import { parseTraceparent } from './traceparent.js';

/** Of the base only how functions and emitters are bound: its storage is never switched on. */
export class SpanContexts extends AsyncLocalStorageContextManager {
  override active(): Context {
    const running = runningSpan();
    if (running instanceof OwnSpan) return running.context;
    if (running !== undefined) return running as Context;
    // Of a trace that nobody keeps there are no spans of ours; what follows from it is not kept either.
    const message = parseTraceparent(MessageContext.current()?.traceparent);
    return message ? trace.setSpanContext(ROOT_CONTEXT, message) : ROOT_CONTEXT;
  }

  override with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    work: F,
    self?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return runInSpan(context, () => work.call(self, ...args));
  }
}
