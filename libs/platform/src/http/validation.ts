// The global validation: only what a DTO names, and every wrong field in one answer. Nothing is converted behind the caller's back.
import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { ProblemException, type FieldError } from './problem.js';

/** More would help nobody, and an answer should not grow with the attack. */
const MAX_ERRORS = 50;

export function validationPipe(): ValidationPipe {
  return new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    transform: true,
    transformOptions: { enableImplicitConversion: false },
    errorHttpStatusCode: 400,
    exceptionFactory: (errors) =>
      new ProblemException({
        status: 400,
        code: 'validation-failed',
        detail: 'Some fields are not right; see errors.',
        errors: flatten(errors).slice(0, MAX_ERRORS),
      }),
  });
}

function flatten(errors: readonly ValidationError[], path = ''): FieldError[] {
  const found: FieldError[] = [];
  for (const { property, constraints, children } of errors) {
    const field = `${path}${property}`.slice(0, 100);
    for (const [rule, message] of Object.entries(constraints ?? {})) {
      // The name of a field nobody knows is the caller's text: repeated once, shortened, and not inside a sentence.
      found.push({ field, rule, message: rule === 'whitelistValidation' ? 'there is no such field' : message });
    }
    found.push(...flatten(children ?? [], `${field}.`));
    if (found.length >= MAX_ERRORS) break;
  }
  return found;
}
