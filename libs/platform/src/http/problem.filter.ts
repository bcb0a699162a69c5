// Every error of every request ends here and leaves as problem+json. A 5xx is logged with its stack; the answer has none.
import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProjectionBehindError } from '@app/event-store';
import { PROBLEM_TYPE, problemBody } from './problem.js';
import { problemOf } from './problem-of.js';

@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('http');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = problemOf(error);
    // A read that was too early is the caller's to repeat: the request's own line says as much as there is to say.
    if (problem.status >= 500 && !(error instanceof ProjectionBehindError)) {
      this.logger.error({ err: error, code: problem.code, correlationId: request.id }, `Answered ${problem.status}`);
    }
    // A stream that is under way can only be cut off: its status has been sent.
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    void reply
      .status(problem.status)
      .headers(problem.headers ?? {})
      .type(PROBLEM_TYPE)
      .send(problemBody(problem, request.id));
  }
}
