// Requests as numbers: how many are in hand, and how long each took. By the pattern of the route: paths hold ids and what people typed.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { meter } from '@app/event-store/core';
import { serviceMetrics } from '../telemetry/service-metrics.js';

let active = 0;

/** Of this process, now; 0 where nobody measures. */
export function activeRequests(): number {
  return active;
}

/** Until its connection has let go of the answer, also where the caller went away before. */
export function countRequest({ raw }: FastifyReply): void {
  if (!meter()) return;
  active += 1;
  raw.once('close', () => (active -= 1));
}

export function measureRequest({ method, routeOptions }: FastifyRequest, reply: FastifyReply): void {
  meter()?.record(
    serviceMetrics.requestDuration,
    {
      http_request_method: method,
      http_route: routeOptions.url ?? 'none',
      http_response_status_code: String(reply.statusCode),
    },
    reply.elapsedTime / 1_000,
  );
}
