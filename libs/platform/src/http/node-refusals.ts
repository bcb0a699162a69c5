// What Node would refuse by itself, past all hooks and with a bare status: a request that names no host, and one that expects what nobody does.
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { ProblemException, type ProblemInit } from './problem.js';

/** Behind the hooks that count requests. For an adapter whose server has `requireHostHeader: false`. */
export function refuseAsNodeWould(fastify: FastifyInstance): void {
  /** 100-continue is not among them: Node meets it. */
  const unmet = new WeakSet<IncomingMessage>();
  fastify.server.on('checkExpectation', (request, response) => {
    unmet.add(request);
    fastify.routing(request, response);
  });
  fastify.addHook('onRequest', ({ raw }, _reply, done) => {
    if (raw.headers.host === undefined && raw.httpVersion === '1.1') return done(new ProblemException(hostMissing));
    if (unmet.has(raw)) return done(new ProblemException(expectationFailed));
    done();
  });
}

/** RFC 9112, section 3.2. */
const hostMissing: ProblemInit = { status: 400, code: 'host-missing', detail: 'HTTP/1.1 wants a Host header.' };

/** RFC 9110, section 10.1.1. */
const expectationFailed: ProblemInit = {
  status: 417,
  code: 'expectation-failed',
  detail: 'Expect may be 100-continue and nothing else.',
};
