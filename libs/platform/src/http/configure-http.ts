// What the HTTP side of every service does around Nest: hooks that need Fastify. Call it once, before `app.init()` or `app.listen()`.
import { Logger, VERSION_NEUTRAL, VersioningType, type INestApplication } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { MessageContext } from '@app/event-store/core';
import { RouteAudit } from '../auth/route-audit.js';
import { boundRequests, usualLimits, type RequestLimits } from './back-pressure.js';
import { admitOrigins, answerPreflights } from './cors.js';
import { CORRELATION_HEADER } from './correlation.js';
import { contextOf } from './message-context.interceptor.js';
import { acceptJsonOnly } from './json-body.js';
import { refuseOtherMethods } from './known-methods.js';
import { refuseAsNodeWould } from './node-refusals.js';
import { assertPlainInput } from './plain-input.js';
import { beginRequestSpan, endRequestSpan, inRequestSpan, traceOf } from './request-span.js';
import { countRequest, measureRequest } from './request-metrics.js';
import { ProblemException } from './problem.js';
import { Throttle, throttleAddresses } from './throttle.js';
import { refuseUnreadable } from './unreadable-url.js';

/** @param origins whose pages may call the service from a browser: none */
export function configureHttp(
  app: NestFastifyApplication,
  limits: RequestLimits = usualLimits,
  origins: readonly string[] = [],
): void {
  // Scripts and styles of our own only; inline styles because the API docs have some.
  app.useSecurityHeaders({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'self'"],
        'style-src': ["'self'", "'unsafe-inline'"],
        'img-src': ["'self'", 'data:'],
        'base-uri': ["'none'"],
        'frame-ancestors': ["'none'"],
        'object-src': ["'none'"],
      },
    },
  });
  useVersions(app);
  const fastify = app.getHttpAdapter().getInstance();
  app.get(RouteAudit, { strict: false }).watch(fastify);
  acceptJsonOnly(fastify);
  admitOrigins(fastify, origins);
  addHooks(fastify);
  throttleAddresses(fastify, app.get(Throttle, { strict: false }));
  answerPreflights(fastify, origins);
  boundRequests(fastify, limits);
  refuseUnreadable(fastify);
  refuseAsNodeWould(fastify);
  refuseOtherMethods(fastify);
}

/** `@Version('2')` puts a route at /v2/…; an address without a version is the first one, and stays. */
export function useVersions(app: INestApplication): void {
  app.enableVersioning({ type: VersioningType.URI, defaultVersion: VERSION_NEUTRAL });
}

function addHooks(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    beginRequestSpan(request);
    countRequest(reply);
    void reply.header(CORRELATION_HEADER, request.id);
    const given = request.headers[CORRELATION_HEADER];
    if (given !== undefined && given !== request.id) {
      const detail = `${CORRELATION_HEADER} must be 1 to 128 letters, digits or ._:-`;
      done(new ProblemException({ status: 400, code: 'correlation-id-invalid', detail }));
      return;
    }
    MessageContext.run(contextOf(request), () => inRequestSpan(request, done));
  });

  // Again: reading the body leaves the asynchronous context of the request.
  fastify.addHook('preValidation', (request, _reply, done) => {
    try {
      assertPlainInput(request);
    } catch (error) {
      done(error as Error);
      return;
    }
    MessageContext.run(contextOf(request), () => inRequestSpan(request, done));
  });

  // One line for each request: the route's pattern instead of its URL, because ids and queries are what people typed.
  const logger = new Logger('http');
  fastify.addHook('onResponse', (request, reply, done) => {
    endRequestSpan(request, reply);
    measureRequest(request, reply);
    const { method, id: correlationId, routeOptions } = request;
    const ms = Math.round(reply.elapsedTime);
    const line = {
      method,
      route: routeOptions.url ?? 'none',
      status: reply.statusCode,
      ms,
      correlationId,
      traceId: traceOf(request)?.slice(3, 35),
    };
    logger.log(line, `${method} ${line.route} ${line.status}`);
    done();
  });
}
