// Every error of every request ends here and leaves as problem+json. A 5xx is logged with its stack; the answer has none.
import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEM_TYPE, problemBody } from './problem.js';
import { problemOf } from './problem-of.js';

/** The caller's to repeat: a read that was too early, and what came when there was too much to do, or too late. The request's own line says all there is to say. */
const saidEnough = new Set(['ES-1310', 'overloaded', 'stopping']);

@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('http');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = problemOf(error);
    // Its deadline has answered the request, and the request's own line has said so.
    if (reply.raw.writableEnded) {
      const { code, status } = problem;
      const fields = { code, correlationId: request.id };
      // What waited for a frozen server is no news; a mistake in the code is, whoever still waits for it.
      if (code === 'internal-error') this.logger.error({ err: error, ...fields }, 'Failed behind its answer');
      else this.logger.debug(fields, `Ended with ${status} behind its answer`);
      return;
    }
    if (problem.status >= 500 && !saidEnough.has(problem.code)) {
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
