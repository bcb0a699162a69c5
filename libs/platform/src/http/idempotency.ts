// The id of the command a request stands for: the same Idempotency-Key of the same caller on the same route is the same command.
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { deterministicId, systemIds } from '@app/event-store/core';
import { userOf } from '../auth/current-user.js';
import { ProblemException } from './problem.js';

const IDEMPOTENCY_HEADER = 'idempotency-key';
const fit = /^[\x21-\x7e]{1,200}$/;

/**
 * The caller is part of the id, so nobody finds out about another one's keys. The answer carries the key, also where it was made here:
 * sent again with it, the request has its effect once.
 * @throws ProblemException 400 the key is not 1 to 200 visible ASCII characters.
 */
export function commandIdOf(request: FastifyRequest, reply: FastifyReply): string {
  const given = request.headers[IDEMPOTENCY_HEADER];
  if (given !== undefined && (typeof given !== 'string' || !fit.test(given))) {
    throw new ProblemException({
      status: 400,
      code: 'IDEMPOTENCY_KEY_INVALID',
      detail: 'Idempotency-Key must be 1 to 200 visible ASCII characters.',
    });
  }
  const key = given ?? systemIds.next();
  void reply.header(IDEMPOTENCY_HEADER, key);
  const path = request.url.split('?', 1)[0]!;
  return deterministicId('http', userOf(request)?.id ?? '', `${request.method} ${path}`, key);
}

/** `place(@CommandId() commandId: string, …)` */
export const CommandId = createParamDecorator((_data: undefined, execution: ExecutionContext): string => {
  const http = execution.switchToHttp();
  return commandIdOf(http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
});
