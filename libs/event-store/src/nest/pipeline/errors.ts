// What the way to a handler says no with. Both are answers: never retried, and told to the process that sent the command.
import { DomainError } from '../../core/index.js';
import type { FieldError } from './field-errors.js';

/** The command breaks the class-validator rules of its own class; its handler was not reached. */
export class InvalidCommandError extends DomainError {
  readonly code = 'ES-2004';
  override readonly kind = 'invalid';
  constructor(
    readonly command: string,
    readonly errors: readonly FieldError[],
  ) {
    super(`${command} is not valid: ${errors.map(({ field, message }) => `${field}: ${message}`).join('; ')}.`);
  }
}

/** Whoever asks may not: a rule of `@Authorise`, or a middleware of yours, said so; the handler was not reached. */
export class CommandForbiddenError extends DomainError {
  readonly code = 'ES-2005';
  override readonly kind = 'forbidden';
  constructor(
    readonly command: string,
    sentence = `${command} is not for this caller.`,
  ) {
    super(sentence);
  }
}
