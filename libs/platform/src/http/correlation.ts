// Every request has a correlation id: the caller's, when it is fit to be stored and logged, or a new one.
import type { IncomingMessage } from 'node:http';
import { systemIds } from '@app/event-store/core';

export const CORRELATION_HEADER = 'x-correlation-id';

const fit = /^[A-Za-z0-9._:-]{1,128}$/;
const traceparent = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

export function isCorrelationId(value: unknown): value is string {
  return typeof value === 'string' && fit.test(value);
}

/** For Fastify's `genReqId`: `request.id` is the correlation id. One that is not fit is never taken over, so never echoed. */
export function correlationIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers[CORRELATION_HEADER];
  return isCorrelationId(given) ? given : systemIds.next();
}

/** The W3C trace context of the caller; anything malformed is ignored, as the recommendation asks. */
export function traceparentOf({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  const given = headers['traceparent'];
  return typeof given === 'string' && traceparent.test(given) ? given : undefined;
}
