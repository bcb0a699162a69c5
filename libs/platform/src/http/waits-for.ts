// @WaitsFor('order-summary'): the read shows the caller's own writes. With Event-Position it has to, with Prefer: wait alone it would like to.
import {
  applyDecorators,
  Inject,
  Injectable,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
  type Type,
} from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import {
  ProjectionBehindError,
  ReadModels,
  UnavailableError,
  type ProjectionProgress,
  type WaitOptions,
} from '@app/event-store';
import { ApiProblems } from '../docs/api-problems.js';
import { EVENT_POSITION_HEADER, eventPositionOf } from './event-position.js';
import { preferredWait } from './prefer.js';
import { WaitingPlaces } from './waiting-places.js';

/** Longest wait that is granted, and the one where a position comes without a preference; in seconds. */
export const MAX_WAIT_SECONDS = 10;
export const DEFAULT_WAIT_SECONDS = 2;

/**
 * Of a GET route that reads the read model of the projection, by its name: controllers do not see the class. Without either header nothing is
 * waited for, and nothing is asked. Boot fails when the service has no such projection.
 */
export function WaitsFor(projection: string): MethodDecorator {
  return applyDecorators(
    UseInterceptors(waitingFor(projection)),
    ApiHeader({
      name: 'Event-Position',
      required: false,
      description:
        'Of the answer to a change: the read shows that change and all before it, or fails with 503 when it cannot in time. ' +
        `Waits up to ${DEFAULT_WAIT_SECONDS} seconds, or as long as Prefer says.`,
      schema: { type: 'string', pattern: '^[1-9]\\d{0,17}$', example: '42' },
    }),
    ApiHeader({
      name: 'Prefer',
      required: false,
      description:
        `\`wait=2\` (RFC 7240): how many seconds to wait, ${MAX_WAIT_SECONDS} at most. Without Event-Position: for everything that is ` +
        'written by now, and the answer is given in any case. `Preference-Applied` says that it shows what was waited for.',
      schema: { type: 'string', example: 'wait=2' },
    }),
    ApiProblems({ 503: 'What Event-Position asks for is not shown yet (ES-1310), or is held back (ES-1311).' }),
  );
}

function waitingFor(projection: string): Type<NestInterceptor> {
  @Injectable()
  class WaitsForInterceptor implements NestInterceptor {
    private readonly progress: ProjectionProgress;

    constructor(@Inject(ReadModels) readModels: ReadModels) {
      this.progress = readModels.of(projection);
    }

    async intercept(execution: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
      const http = execution.switchToHttp();
      await waitAsAsked(this.progress, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
      return next.handle();
    }
  }
  return WaitsForInterceptor;
}

/** @throws ProblemException 400; with Event-Position what {@link ProjectionProgress.waitFor} throws. */
async function waitAsAsked(progress: ProjectionProgress, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const position = eventPositionOf(request);
  const preferred = preferredWait(request.headers['prefer']);
  if (position === undefined && preferred === undefined) return;
  const waitSeconds = Math.min(preferred ?? DEFAULT_WAIT_SECONDS, MAX_WAIT_SECONDS);
  const admit = (): (() => void) => WaitingPlaces.take(request);
  const options = { timeoutMs: waitSeconds * 1_000, signal: whenGone(reply), admit };
  const reached =
    position === undefined ? await levelWithNow(progress, options) : await progress.waitFor(position, options);
  if (reached === undefined) return;
  void reply.header(EVENT_POSITION_HEADER, String(reached));
  if (preferred !== undefined) void reply.header('preference-applied', `wait=${waitSeconds}`);
}

/** A preference that cannot be met is left unmet (RFC 7240, section 2): undefined, and the read goes on. */
async function levelWithNow(progress: ProjectionProgress, options: WaitOptions): Promise<bigint | undefined> {
  try {
    return await progress.waitForNow(options);
  } catch (error) {
    if (error instanceof ProjectionBehindError || error instanceof UnavailableError) return undefined;
    throw error;
  }
}

/** Nobody waits on behalf of a caller that has hung up. */
function whenGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}
