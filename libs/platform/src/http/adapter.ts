// Fastify with its limits: how long a caller may take, how much it may send, and what it hears when it does not even speak HTTP.
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { systemIds } from '@app/event-store/core';
import { correlationIdOf } from './correlation.js';
import { PROBLEM_TYPE, problemBody } from './problem.js';

const BODY_LIMIT_BYTES = 100_000;
/** Long enough that an id of 1 kB is answered as a wrong id and not as a wrong address. */
const MAX_PARAM_CHARACTERS = 2048;

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
    },
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    genReqId: (request: IncomingMessage) => correlationIdOf(request),
    requestIdHeader: false,
    frameworkErrors: answerUnroutable,
    clientErrorHandler: answerNotHttp,
    routerOptions: { maxParamLength: MAX_PARAM_CHARACTERS },
    logger: false,
  });
}

/** The router could not even read the URL; no hook and no filter has run. */
function answerUnroutable(error: { statusCode?: number }, request: FastifyRequest, reply: FastifyReply): void {
  const status = error.statusCode && error.statusCode < 500 ? error.statusCode : 400;
  const detail = 'The URL cannot be read.';
  void reply
    .status(status)
    .header('content-type', PROBLEM_TYPE)
    .header('x-correlation-id', request.id)
    .send(JSON.stringify(problemBody({ status, code: 'bad-url', detail }, request.id)));
}

const statusOfParser: Record<string, number> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/** Not HTTP, too many headers, or too slow: answered on the socket, which is closed. */
function answerNotHttp(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (!socket.writable) {
    socket.destroy(error);
    return;
  }
  const status = statusOfParser[error.code ?? ''] ?? 400;
  const detail = status === 408 ? 'The request took too long to arrive.' : 'This is not an HTTP request we can read.';
  const body = JSON.stringify(problemBody({ status, code: 'bad-request', detail }, systemIds.next()));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: ${PROBLEM_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
