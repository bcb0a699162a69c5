// Which problem an error is. What nobody foresaw is a 500 that says nothing about the inside.
import { HttpException } from '@nestjs/common';
import {
  CommandIdReusedError,
  DomainError,
  InvalidEventError,
  InvalidRequestError,
  RecordedRejectionError,
  TooManyConflictsError,
  UnavailableError,
  UnknownEventTypeError,
  WrongExpectedVersionError,
} from '@app/event-store/core';
import {
  failureOf,
  InvalidCommandError,
  ProjectionBehindError,
  ProjectionHeldBackError,
  UnknownPositionError,
} from '@app/event-store';
import { VersionMismatchError } from '@app/kernel';
import { REPLAYED_HEADER } from './idempotency.js';
import { etagOf } from './if-match.js';
import { codeOfStatus, ProblemException, type ProblemInit } from './problem.js';

/** What a decision against a command is answered with. */
export const statusOfKind = { 'not-found': 404, forbidden: 403, conflict: 409, invalid: 422 } as const;

/** Text that PostgreSQL cannot hold, where it slipped past the first check. */
const notStorable = new Set(['22021', '22P05']);

/** Also says when to ask again, wherever that may help. */
export function problemOf(error: unknown): ProblemInit {
  const problem = problemOfError(error);
  if (problem.status !== 503 && problem.status !== 429) return problem;
  return { ...problem, headers: { 'retry-after': '1', ...problem.headers } };
}

function problemOfError(error: unknown): ProblemInit {
  if (error instanceof ProblemException) return error.problem;
  if (error instanceof InvalidCommandError) {
    const detail = 'Some fields of the command are not right; see errors.';
    return { status: 422, code: error.code, detail, errors: error.errors };
  }
  if (error instanceof DomainError) {
    const headers = error instanceof RecordedRejectionError ? { [REPLAYED_HEADER]: 'true' } : undefined;
    return { status: statusOfKind[error.kind], code: error.code, detail: error.message, headers };
  }
  if (error instanceof WrongExpectedVersionError || error instanceof TooManyConflictsError) {
    return { status: 409, code: error.code, detail: error.message };
  }
  if (error instanceof VersionMismatchError) {
    const headers = { etag: etagOf(error.actual) };
    return { status: 412, code: error.code, detail: error.message, headers };
  }
  if (error instanceof CommandIdReusedError) return { status: 422, code: error.code, detail: error.message };
  // Any other event that cannot be stored is a mistake of the code.
  if (error instanceof InvalidRequestError || (error instanceof InvalidEventError && error.isOfInput)) {
    return { status: 400, code: error.code, detail: error.message };
  }
  if (error instanceof UnknownEventTypeError) {
    const detail =
      'A newer build of this service has written what this one cannot read. Ask again: that build answers.';
    return { status: 503, code: error.code, detail };
  }
  const waiting = ofWaiting(error);
  if (waiting) return waiting;
  if (error instanceof UnavailableError) return unavailable(error.code);
  if (error instanceof HttpException && error.getStatus() < 500) return ofHttp(error);
  const code = driverCode(error);
  if (notStorable.has(code)) {
    return { status: 400, code: 'text-not-storable', detail: 'The request contains text that cannot be stored.' };
  }
  if (isNotNow(error)) return unavailable('unavailable');
  if (error instanceof HttpException) {
    const status = error.getStatus();
    return { status, code: codeOfStatus(status), detail: 'The service cannot answer this request now.' };
  }
  return {
    status: 500,
    code: 'internal-error',
    detail: 'Something went wrong on our side. Quote the correlation id when you report it.',
  };
}

/** A read that was to show a change, and cannot. Which stream it is about stays inside: it may be somebody else's. */
function ofWaiting(error: unknown): ProblemInit | undefined {
  if (error instanceof UnknownPositionError) {
    const detail = 'This service has written nothing at that Event-Position. Send one that an answer of it carried.';
    return { status: 400, code: error.code, detail };
  }
  if (error instanceof ProjectionBehindError) {
    const extensions = { expected: String(error.position), reached: String(error.reached) };
    const detail = 'The read model does not show the change at that Event-Position yet. Ask again in a moment.';
    return { status: 503, code: error.code, detail, extensions };
  }
  if (error instanceof ProjectionHeldBackError) {
    const detail = 'The read model cannot show the change at that Event-Position until an operator has mended it.';
    return { status: 503, code: error.code, detail, headers: { 'retry-after': '60' } };
  }
  return undefined;
}

/** The database or the network gave way, or a concurrent transaction was first: the same request may work in a moment. */
function isNotNow(error: unknown): boolean {
  const failure = failureOf(error);
  return failure !== undefined && failure !== 'conflict';
}

function unavailable(code: string): ProblemInit {
  return {
    status: 503,
    code,
    detail:
      'The service cannot reach what it needs. Try again in a moment; with the same Idempotency-Key that is safe.',
  };
}

/** Sentences for what Fastify and the router refuse: theirs quote the request. */
const sentences: Partial<Record<number, string>> = {
  404: 'There is nothing here.',
  413: 'The body is too large.',
  414: 'The URL is too long.',
  415: 'Send JSON: Content-Type must be application/json.',
};
const sentencesOfParser = new Map([
  ['FST_ERR_CTP_EMPTY_JSON_BODY', 'The body is empty: send a JSON object.'],
  ['FST_ERR_CTP_INVALID_CONTENT_LENGTH', 'The body is not as long as its Content-Length says.'],
]);
const NOT_JSON = 'The body is not JSON that is taken here: send one JSON object in UTF-8, without keys like __proto__.';

function ofHttp(error: HttpException): ProblemInit {
  const status = error.getStatus();
  const cause = (error as { cause?: { code?: unknown } }).cause;
  const isNotJson = cause instanceof SyntaxError || cause?.code === 'FST_ERR_CTP_INVALID_JSON_BODY';
  const code = typeof cause?.code === 'string' ? cause.code : undefined;
  const fromRouter = error.message.startsWith('Cannot ') || code !== undefined;
  const ofRouter = sentencesOfParser.get(code ?? '') ?? sentences[status] ?? 'The request cannot be read.';
  return { status, code: codeOfStatus(status), detail: isNotJson ? NOT_JSON : fromRouter ? ofRouter : error.message };
}

function driverCode(error: unknown): string {
  const { code, driverError } = (error ?? {}) as { code?: unknown; driverError?: { code?: unknown } };
  return [driverError?.code, code].find((candidate) => typeof candidate === 'string') ?? '';
}
