// The global validation: only what a DTO names, and every wrong field in one answer. Nothing is converted behind the caller's back.
import { ValidationPipe } from '@nestjs/common';
import { fieldErrors } from '@app/event-store';
import { ProblemException } from './problem.js';

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
        errors: fieldErrors(errors),
      }),
  });
}
