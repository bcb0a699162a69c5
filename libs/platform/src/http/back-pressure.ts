// How much work a service takes on at once. What is over that is refused at once with 503, so that what it has taken is answered in time.
import { Logger } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ProblemException } from './problem.js';
import { isExempt } from './throttle.js';

export interface RequestLimits {
  /** Requests in hand at a time. */
  readonly maxInFlight: number;
  /** A request that has no answer by then gets a 503, in milliseconds. What it has begun is not taken back. */
  readonly deadlineMs: number;
}

/** The deadline is longer than a wait for a connection or a read model (10 s), and shorter than a service may take to stop (25 s). */
export const usualLimits: RequestLimits = { maxInFlight: 200, deadlineMs: 15_000 };

/** Behind the hook that gives the answer its correlation id, and in front of whatever costs time. */
export function boundRequests(fastify: FastifyInstance, { maxInFlight, deadlineMs }: RequestLimits): void {
  const logger = new Logger('http');
  const leaving = new WeakMap<FastifyRequest, () => void>();
  let inFlight = 0;
  let refused = 0;

  const enter = (request: FastifyRequest, reply: FastifyReply): void => {
    inFlight += 1;
    const leave = once(() => {
      inFlight -= 1;
      if (refused > 0 && inFlight <= maxInFlight / 2) {
        logger.log(`No longer over capacity; ${refused} requests were refused with 503.`);
        refused = 0;
      }
    });
    leaving.set(request, leave);
    // A caller that gives up leaves the work behind: it counts until it has ended, or until its time would have been up.
    reply.raw.once('close', () => {
      if (reply.raw.writableFinished) leave();
      else setTimeout(leave, deadlineMs).unref();
    });
  };

  fastify.addHook('onRequest', (request, reply, done) => {
    // An orchestrator would take silence for death.
    if (isExempt(request.routeOptions.url)) return done();
    if (inFlight < maxInFlight) {
      enter(request, reply);
      return done();
    }
    if (refused === 0) logger.warn(`Over capacity: ${maxInFlight} requests are in hand, more are refused with 503.`);
    refused += 1;
    done(overloaded());
  });
  fastify.addHook('onSend', (request, _reply, payload, done) => {
    leaving.get(request)?.();
    done(null, payload);
  });
}

function overloaded(): ProblemException {
  return new ProblemException({
    status: 503,
    code: 'overloaded',
    detail:
      'The service has as much to do as it can take. Nothing of this request was done: send it again in a moment.',
    headers: { 'retry-after': '1' },
  });
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    work();
  };
}
