// URLs that the router cannot read. It would hand them out past all hooks: no limit would count them, and no line or metric would show them.
// So they are routed once more, as an address where nothing is, and refused behind the hooks that every request passes.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { ProblemException } from './problem.js';

const NOWHERE = '/-/unreadable';
/** The status of each. */
const unreadable = new WeakMap<IncomingMessage, number>();

/** For Fastify's `frameworkErrors`. */
export function routeUnreadable(
  fastify: FastifyInstance,
  { statusCode = 400 }: { readonly statusCode?: number | undefined },
  request: IncomingMessage,
  response: ServerResponse,
): void {
  unreadable.set(request, statusCode < 500 ? statusCode : 400);
  request.url = NOWHERE;
  fastify.routing(request, response);
}

/** Behind the hooks that count requests. */
export function refuseUnreadable(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ raw }, _reply, done) => {
    const status = unreadable.get(raw);
    if (status === undefined) return done();
    done(new ProblemException({ status, code: 'bad-url', detail: 'The URL cannot be read.' }));
  });
}
