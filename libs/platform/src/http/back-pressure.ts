// How much work a service takes on at once. What is over that is refused at once with 503, so that what it has taken is answered in time.
import { Logger } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Arrivals, type ArrivalLimits } from './arrivals.js';
import { notArrived } from './not-arrived.js';
import { ProblemException } from './problem.js';
import { isExempt } from './throttle.js';
import { WaitingPlaces } from './waiting-places.js';

export interface RequestLimits extends ArrivalLimits {
  /** Requests in hand at a time: those that have arrived and wait for their answer, and those whose work goes on behind it. */
  readonly maxInFlight: number;
  /** A request that has no answer by then gets a 503, in milliseconds since its headers, or a 408 where it has not arrived. What it has begun is not taken back. */
  readonly deadlineMs: number;
  /** Work that goes on for so long behind its answer is taken for lost, and counts no longer; default 300,000 ms. */
  readonly lostAfterMs?: number;
}

/** The deadline is longer than a wait for a connection or a read model (10 s), and shorter than a service may take to stop (25 s). */
export const usualLimits: RequestLimits = { maxInFlight: 200, deadlineMs: 15_000 };
/** Ten times what a statement may take, the longest that anything is waited for. */
const LOST_AFTER_MS = 300_000;

interface InHand {
  hasArrived: boolean;
  /** It is no longer on its way. */
  readonly endArrival: () => void;
  answered: boolean;
  atWork: boolean;
  /** Until its answer that of the deadline, then that after which its work is taken for lost. */
  timer: NodeJS.Timeout;
}

/** Behind the hook that gives the answer its correlation id, and in front of whatever costs time; before there are routes. */
export function boundRequests(
  fastify: FastifyInstance,
  { maxInFlight, deadlineMs, lostAfterMs = LOST_AFTER_MS, ...arrivalLimits }: RequestLimits,
): void {
  const arrivals = new Arrivals(arrivalLimits);
  const waiting = new WaitingPlaces(maxInFlight);
  const logger = new Logger('http');
  const known = new WeakMap<FastifyRequest, InHand>();
  const inHand = new Set<InHand>();
  let refused = 0;
  let isStopping = false;

  const refuse = (): ProblemException => {
    if (refused === 0) logger.warn(`Over capacity: ${maxInFlight} requests are in hand, more are refused with 503.`);
    refused += 1;
    return overloaded();
  };
  const leave = (one: InHand): void => {
    if (!inHand.delete(one) || refused === 0 || inHand.size > maxInFlight / 2) return;
    logger.log(`No longer over capacity; ${refused} requests were refused with 503.`);
    refused = 0;
  };
  // Neither an answer that its deadline gave nor a caller that gave up ends the work: a database that hangs would get more and more of it.
  const answered = (one: InHand, { method, routeOptions, id: correlationId }: FastifyRequest): void => {
    if (one.answered) return;
    one.answered = true;
    one.endArrival();
    clearTimeout(one.timer);
    if (!one.atWork) return leave(one);
    one.timer = setTimeout(() => {
      logger.error({ correlationId }, `${method} ${routeOptions.url} has not ended in ${lostAfterMs} ms; given up`);
      leave(one);
    }, lostAfterMs).unref();
  };
  const worked = (one: InHand): void => {
    one.atWork = false;
    if (!one.answered) return;
    clearTimeout(one.timer);
    leave(one);
  };

  fastify.addHook('onRoute', (route) => {
    if (isExempt(route.url)) return;
    const { handler } = route;
    route.handler = function (request, reply) {
      const one = known.get(request);
      if (!one) return handler.call(this, request, reply);
      one.atWork = true;
      inHand.add(one);
      try {
        const work: unknown = handler.call(this, request, reply);
        const ended = () => worked(one);
        void Promise.resolve(work).then(ended, ended);
        return work;
      } catch (error) {
        worked(one);
        throw error;
      }
    };
  });
  fastify.addHook('preClose', (done) => {
    isStopping = true;
    done();
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    // An orchestrator would take silence for death.
    if (isExempt(request.routeOptions.url)) return done();
    if (isStopping) return done(stopping());
    // Nothing more is read of what would be refused.
    if (inHand.size >= maxInFlight) return done(refuse());
    try {
      const one: InHand = {
        hasArrived: false,
        endArrival: arrivals.begin(request),
        answered: false,
        atWork: false,
        timer: setTimeout(() => late(reply, one), deadlineMs).unref(),
      };
      known.set(request, one);
      waiting.cover(request);
      reply.raw.once('close', () => answered(one, request));
    } catch (error) {
      return done(error as Error);
    }
    done();
  });
  // Its headers alone take no place: whoever sent these and nothing more would keep it from everybody else.
  fastify.addHook('preValidation', (request, _reply, done) => {
    const one = known.get(request);
    if (!one || one.answered) return done();
    one.endArrival();
    one.hasArrived = true;
    if (inHand.size >= maxInFlight) return done(refuse());
    inHand.add(one);
    done();
  });
  fastify.addHook('onSend', (request, _reply, payload, done) => {
    const one = known.get(request);
    if (one) answered(one, request);
    done(null, payload);
  });
}

/** Not Fastify's `handlerTimeout`: it is over as soon as a body has been read. A stream that is under way has been answered. */
function late(reply: FastifyReply, { hasArrived }: InHand): void {
  if (reply.sent || reply.raw.headersSent) return;
  if (hasArrived) void reply.send(deadlinePassed());
  // The connection is closed: what may still come on it belongs to this request.
  else void reply.send(new ProblemException({ ...notArrived(), headers: { connection: 'close' } }));
}

/** REQUEST_DEADLINE_MS is over. What the request has begun goes on, so whether it had its effect is not known. */
function deadlinePassed(): ProblemException {
  return new ProblemException({
    status: 503,
    code: 'deadline-passed',
    detail:
      'The request took too long and may still be done. Ask again in a moment; with the same Idempotency-Key that is safe.',
  });
}

/** On a connection that is kept something may come after the last call; the answer closes it. */
function stopping(): ProblemException {
  return new ProblemException({
    status: 503,
    code: 'stopping',
    detail: 'The service is stopping. Nothing of this request was done: send it again, another replica answers.',
  });
}

function overloaded(): ProblemException {
  return new ProblemException({
    status: 503,
    code: 'overloaded',
    detail:
      'The service has as much to do as it can take. Nothing of this request was done: send it again in a moment.',
  });
}
