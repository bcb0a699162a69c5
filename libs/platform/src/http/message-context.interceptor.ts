// Runs each handler in the event store's message context, so that every event it leads to says who asked and in which request.
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Observable } from 'rxjs';
import type { FastifyRequest } from 'fastify';
import { MessageContext } from '@app/event-store/core';
import { actorOf } from '../auth/current-user.js';
import { traceOf } from './request-span.js';

/** The context of a request; without an actor until the guard has seen the token. */
export function contextOf(request: FastifyRequest): MessageContext {
  return new MessageContext({
    correlationId: request.id,
    actor: actorOf(request),
    traceparent: traceOf(request),
  });
}

/** An interceptor, because interceptors run after the guards: only then the actor is known. */
@Injectable()
export class MessageContextInterceptor implements NestInterceptor {
  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const context = contextOf(execution.switchToHttp().getRequest<FastifyRequest>());
    return new Observable((subscriber) => MessageContext.run(context, () => next.handle().subscribe(subscriber)));
  }
}
