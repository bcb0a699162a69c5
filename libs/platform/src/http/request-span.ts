// A request as a span: begun when its headers are there, ended when its answer has gone. What it does goes on as part of it.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { beginSpan, type Span } from '@app/event-store/core';
import { traceparentOf } from './correlation.js';

const spans = new WeakMap<FastifyRequest, Span>();

export function beginRequestSpan(request: FastifyRequest): void {
  const { method, routeOptions, raw } = request;
  const route = routeOptions.url ?? 'none';
  const span = beginSpan(
    () => ({
      name: `${method} ${route}`,
      kind: 'server',
      attributes: { 'http.request.method': method, 'http.route': route },
    }),
    traceparentOf(raw),
    true,
  );
  if (span) spans.set(request, span);
}

/** Runs `work` as a part of the request. */
export function inRequestSpan(request: FastifyRequest, work: () => void): void {
  const span = spans.get(request);
  if (span) span.run(work);
  else work();
}

/** The trace context for what the request leads to: of its span, or of the caller where nothing is traced here. */
export function traceOf(request: FastifyRequest): string | undefined {
  return spans.get(request)?.traceparent ?? traceparentOf(request.raw);
}

/** Only what the service has to answer for is a failure of it. */
export function endRequestSpan(request: FastifyRequest, { statusCode }: FastifyReply): void {
  const span = spans.get(request);
  span?.set({ 'http.response.status_code': statusCode });
  span?.end(statusCode >= 500 ? `answered with ${statusCode}` : undefined);
}
