// Answers, not failures: what a context, or the store on its behalf, says no to.
import type { Rejection } from '../ports/event-store.js';

/**
 * Base of a context's business rejections: an answer, not a failure. Recorded with the command, never retried.
 * `code` is part of your API (problem+json); `kind` decides the HTTP status: 404, 403, 409 or 422.
 */
export abstract class DomainError extends Error {
  abstract readonly code: string;
  readonly kind: Rejection['kind'] = 'conflict';

  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

export class AggregateNotFoundError extends DomainError {
  readonly code = 'ES-2001';
  override readonly kind = 'not-found';
  constructor(
    readonly category: string,
    readonly id: string,
  ) {
    super(`There is no ${category} ${id}.`);
  }
}

export class AggregateAlreadyExistsError extends DomainError {
  readonly code = 'ES-2002';
  constructor(
    readonly category: string,
    readonly id: string,
  ) {
    super(`There is a ${category} ${id} already.`);
  }
}

/** A rejection remembered: thrown when a command that was rejected arrives again. Same code, kind and message as the first time. */
export class RecordedRejectionError extends DomainError {
  readonly code: string;
  override readonly kind: Rejection['kind'];
  constructor(rejection: Rejection) {
    super(rejection.message);
    this.code = rejection.code;
    this.kind = rejection.kind;
  }
}

/** Nothing personal is stored any more of somebody who was forgotten. */
export class SubjectForgottenError extends DomainError {
  readonly code = 'ES-2003';
  constructor(readonly subject: string) {
    super(`${subject} has been forgotten: no personal data of them is stored. Leave it out, or use another subject.`);
  }
}
