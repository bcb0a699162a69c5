// The id of the command a request stands for: the same Idempotency-Key of the same caller on the same route is the same command, for a day.
import { createParamDecorator, Injectable, type ExecutionContext, type PipeTransform } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { deterministicId, systemIds } from '@app/event-store/core';
import { userOf } from '../auth/current-user.js';
import { ApiProblems } from '../docs/api-problems.js';
import { documentedBy } from '../docs/documented-by.js';
import { ProblemException } from './problem.js';
import { RequestKeys } from './request-keys.js';

export const IDEMPOTENCY_HEADER = 'idempotency-key';
/** Of an answer that was given before: `true`, and not there otherwise. */
export const REPLAYED_HEADER = 'idempotency-replayed';
const fit = /^[\x21-\x7e]{1,200}$/;

interface RequestKey {
  /** Of the key: the id of the command it stands for the first time. */
  readonly id: string;
  /** It came with the request. One that is made here nobody has used. */
  readonly given: boolean;
}

/**
 * The caller is part of the id, so nobody finds out about another one's keys. Of the address only the route's pattern is: one address has
 * many spellings, and what it names is in the command's content, so that the key of one target is refused for another. The answer carries
 * the key, also where it was made here: sent again with it, the request has its effect once.
 * @throws ProblemException 400 the key is not 1 to 200 visible ASCII characters.
 */
function requestKeyOf(request: FastifyRequest, reply: FastifyReply): RequestKey {
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
  const route = `${request.method} ${request.routeOptions.url}`;
  return { id: deterministicId('http', userOf(request)?.id ?? '', route, key), given: given !== undefined };
}

/** An old key stands for a new command. @throws UnavailableError */
@Injectable()
class CommandIdPipe implements PipeTransform<RequestKey, Promise<string>> {
  constructor(private readonly keys: RequestKeys) {}

  transform({ id, given }: RequestKey): Promise<string> {
    return given ? this.keys.commandOf(id) : Promise.resolve(id);
  }
}

/** `place(@CommandId() commandId: string, …)`; the API docs of the route say what the key is for. */
export function CommandId(): ParameterDecorator {
  return KeyOfRequest(CommandIdPipe);
}

const KeyOfRequest = createParamDecorator(
  (_data: unknown, execution: ExecutionContext): RequestKey => {
    const http = execution.switchToHttp();
    return requestKeyOf(http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  },
  [
    documentedBy(
      ApiHeader({
        name: 'Idempotency-Key',
        required: false,
        description:
          'Makes the request safe to repeat. A key belongs to one caller and one route: the same request with the same key has its effect ' +
          'once and gets the first answer again, marked with Idempotency-Replayed; another request (another target, ' +
          'another body) with that key is a 422. 24 hours later, unless the service is set otherwise, the key is as good as new. Without one a key is made. The answer carries the key in the header of the same name.',
        schema: { type: 'string', minLength: 1, maxLength: 200, pattern: '^[\\x21-\\x7e]+$' },
      }),
      ApiProblems({
        400: 'The body, a header or the query is not right.',
        408: 'The request took too long to arrive.',
        413: 'The body is larger than 100 kB.',
        415: 'The body is not JSON in UTF-8.',
        422: 'The Idempotency-Key was used for another request.',
      }),
    ),
  ],
);
