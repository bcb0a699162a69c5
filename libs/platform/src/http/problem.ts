// The one shape of every error answer (RFC 9457), and the exception that carries it.
import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import type { FieldError } from '@app/event-store';

export interface ProblemInit {
  readonly status: number;
  /** Stable: match on it. Lower-case words joined by dashes, like the codes of domains; those of the event store are `ES-nnnn`. */
  readonly code: string;
  /** A sentence for whoever sent the request. It never repeats text of theirs; ids, checked to be UUIDs, may be in it. */
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the body. */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** Throw it anywhere in a request; the answer is its problem. */
export class ProblemException extends HttpException {
  constructor(readonly problem: ProblemInit) {
    super(problem.detail, problem.status);
  }
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** The title follows from the status alone, so that a repeated command gets the very same answer. */
export function problemBody({ status, code, detail, errors, extensions }: ProblemInit, correlationId: string): object {
  return {
    type: `urn:problem:${code}`,
    code,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    correlationId,
    ...(errors && { errors }),
    ...extensions,
  };
}

/** The code of a status that has no better one: 404 → not-found. */
export function codeOfStatus(status: number): string {
  return (STATUS_CODES[status] ?? 'error').toLowerCase().replaceAll(/[^a-z]+/g, '-');
}
