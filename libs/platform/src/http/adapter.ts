// Fastify with its limits: how long a caller may take, how much it may send, and what it hears when it does not even speak HTTP.
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { systemIds } from '@app/event-store/core';
import { CORRELATION_HEADER, correlationIdOf } from './correlation.js';
import { notArrived } from './not-arrived.js';
import { PROBLEM_TYPE, problemBody } from './problem.js';
import { routeUnreadable } from './unreadable-url.js';

const BODY_LIMIT_BYTES = 100_000;
/** Long enough that an id of 1 kB is answered as a wrong id and not as a wrong address. */
const MAX_PARAM_CHARACTERS = 2048;

/** How long a caller has to take an answer that ends its connection. */
const ANSWER_TAKEN_MS = 5_000;

export interface AdapterOptions {
  /** The proxies whose X-Forwarded-For is believed, as addresses and ranges separated by commas. Default: nobody's, so the address is the socket's. */
  readonly trustProxy?: string | undefined;
  readonly timeouts?: Timeouts;
}

/** In milliseconds. Whoever is slower is answered with 408, an idle connection is closed without a word. */
export interface Timeouts {
  /** Until the headers of a request are there. */
  readonly headers: number;
  /** Until all of a request is there; not less than for its headers. */
  readonly request: number;
  /** Until the next request on a connection that is kept. */
  readonly keepAlive: number;
  /** How often the first two are looked at: so much later they may be noticed. */
  readonly checkedEvery: number;
}

const usualTimeouts: Timeouts = { headers: 10_000, request: 15_000, keepAlive: 10_000, checkedEvery: 2_000 };

/** Use with `{ bodyParser: false }`: {@link configureHttp} takes JSON and nothing else. */
export function httpAdapter({ trustProxy, timeouts = usualTimeouts }: AdapterOptions = {}): FastifyAdapter {
  return new FastifyAdapter({
    trustProxy: trustProxy ?? false,
    return503OnClosing: false, // boundRequests says it in our shape
    bodyLimit: BODY_LIMIT_BYTES,
    connectionTimeout: 0,
    requestTimeout: timeouts.request,
    keepAliveTimeout: timeouts.keepAlive,
    http: {
      headersTimeout: timeouts.headers,
      requestTimeout: timeouts.request, // Node compares the two when it makes the server
      connectionsCheckingInterval: timeouts.checkedEvery,
      maxHeaderSize: 16_384,
      requireHostHeader: false, // configureHttp says it in our shape
    },
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    genReqId: (request: IncomingMessage) => correlationIdOf(request),
    requestIdHeader: false,
    frameworkErrors: (error: { statusCode?: number }, { server, raw }: FastifyRequest, reply: FastifyReply) =>
      routeUnreadable(server, error, raw, reply.raw),
    clientErrorHandler: answerNotHttp,
    routerOptions: { maxParamLength: MAX_PARAM_CHARACTERS },
    logger: false,
  });
}

const statusOfParser: Record<string, number> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/**
 * Not HTTP, too many headers, or too slow: answered on the socket, which is closed. Node leaves that to whoever listens, and its own side
 * alone is not enough: a caller that keeps the other side open would keep the socket for good.
 */
function answerNotHttp(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy(error);
    return;
  }
  const status = statusOfParser[error.code ?? ''] ?? 400;
  const problem =
    status === 408 ? notArrived() : { status, code: 'bad-request', detail: 'This is not an HTTP request we can read.' };
  const correlationId = systemIds.next();
  const body = JSON.stringify(problemBody(problem, correlationId));
  socket.write(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n${CORRELATION_HEADER}: ${correlationId}\r\nContent-Type: ${PROBLEM_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  socket.destroySoon();
  setTimeout(() => socket.destroy(), ANSWER_TAKEN_MS).unref(); // nobody may read what was written
}
