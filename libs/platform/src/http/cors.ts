// Which pages of other origins may call the service from a browser. None, unless they are named: exactly, never by a pattern, never all.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CORRELATION_HEADER } from './correlation.js';
import { EVENT_POSITION_HEADER } from './event-position.js';
import { IDEMPOTENCY_HEADER, REPLAYED_HEADER } from './idempotency.js';

/** How long a browser may remember the answer to a preflight, in seconds. */
const REMEMBERED_SECONDS = 600;

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const TAKEN = ['authorization', 'content-type', 'if-match', 'prefer', 'traceparent'];
const TOLD = ['etag', 'location', 'retry-after', 'preference-applied', 'deprecation', 'sunset', 'link'];
/** A request may have them, and so may its answer. */
const BOTH = [CORRELATION_HEADER, IDEMPOTENCY_HEADER, EVENT_POSITION_HEADER];

/**
 * Every answer to a page of one of `origins` says that the page may read it, refusals included. Without credentials: a token comes in a header, and
 * cookies are nothing here. Before the hooks that refuse.
 */
export function admitOrigins(fastify: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const admitted = new Set(origins);
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('vary', 'Origin');
    if (isAdmitted(request, admitted)) {
      void reply.header('access-control-allow-origin', request.headers.origin!);
      void reply.header('access-control-expose-headers', [...TOLD, ...BOTH, REPLAYED_HEADER].join(', '));
    }
    done();
  });
}

/** Answers what a browser asks before the request itself, which names no token and no route. Behind the limits of addresses. */
export function answerPreflights(fastify: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const admitted = new Set(origins);
  fastify.addHook('onRequest', (request, reply, done) => {
    const isPreflight = request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
    if (!isPreflight || !isAdmitted(request, admitted)) return done();
    void reply
      .status(204)
      .header('access-control-allow-methods', METHODS)
      .header('access-control-allow-headers', [...TAKEN, ...BOTH].join(', '))
      .header('access-control-max-age', String(REMEMBERED_SECONDS))
      .send();
  });
}

function isAdmitted({ headers }: FastifyRequest, admitted: ReadonlySet<string>): boolean {
  return headers.origin !== undefined && admitted.has(headers.origin);
}
