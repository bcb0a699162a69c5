// The id of the command a request stands for: the same Idempotency-Key of the same caller on the same route is the same command.
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { deterministicId, systemIds } from '@app/event-store/core';
import { userOf } from '../auth/current-user.js';
import { ApiProblems } from '../docs/api-problems.js';
import { documentedBy } from '../docs/documented-by.js';
import { ProblemException } from './problem.js';

const IDEMPOTENCY_HEADER = 'idempotency-key';
/** Of an answer that was given before: `true`, and not there otherwise. */
export const REPLAYED_HEADER = 'idempotency-replayed';
const fit = /^[\x21-\x7e]{1,200}$/;

/**
 * The caller is part of the id, so nobody finds out about another one's keys. Of the address only the route's pattern is: one address has
 * many spellings, and what it names is in the command's content, so that the key of one target is refused for another. The answer carries
 * the key, also where it was made here: sent again with it, the request has its effect once.
 * @throws ProblemException 400 the key is not 1 to 200 visible ASCII characters.
 */
export function commandIdOf(request: FastifyRequest, reply: FastifyReply): string {
  const given = request.headers[IDEMPOTENCY_HEADER];
  if (given !== undefined && (typeof given !== 'string' || !fit.test(given))) {
    throw new ProblemException({
      status: 400,
      code: 'idempotency-key-invalid',
      detail: 'Idempotency-Key must be 1 to 200 visible ASCII characters.',
    });
  }
  const key = given ?? systemIds.next();
  void reply.header(IDEMPOTENCY_HEADER, key);
  return deterministicId('http', userOf(request)?.id ?? '', `${request.method} ${request.routeOptions.url}`, key);
}

/** `place(@CommandId() commandId: string, …)`; the API docs of the route say what the key is for. */
export const CommandId = createParamDecorator(
  (_data: undefined, execution: ExecutionContext): string => {
    const http = execution.switchToHttp();
    return commandIdOf(http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  },
  [
    documentedBy(
      ApiHeader({
        name: 'Idempotency-Key',
        required: false,
        description:
          'Makes the request safe to repeat. A key belongs to one caller and one route: the same request with the same key has its effect ' +
          'once and gets the first answer again, marked with Idempotency-Replayed, however long ago it was; another request (another target, ' +
          'another body) with that key is a 422. Without one a key is made. The answer carries the key in the header of the same name.',
        schema: { type: 'string', minLength: 1, maxLength: 200, pattern: '^[\\x21-\\x7e]+$' },
      }),
      ApiProblems({
        400: 'The body, a header or the query is not right.',
        413: 'The body is larger than 100 kB.',
        415: 'The body is not JSON in UTF-8.',
        422: 'The Idempotency-Key was used for another request.',
      }),
    ),
  ],
);
