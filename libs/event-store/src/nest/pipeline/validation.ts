// Checks a command by the class-validator decorators of its fields, whoever sends it: HTTP has checked what clients say, nobody what processes say.
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validate } from 'class-validator';
import type { Class } from '../../core/index.js';
import type { CommandMiddleware } from './command-middleware.js';
import { InvalidCommandError } from './errors.js';
import { fieldErrors } from './field-errors.js';

/** Undefined for a class without such decorators. */
export function validation(commandClass: Class): CommandMiddleware | undefined {
  const described = getMetadataStorage().getTargetValidationMetadatas(commandClass, '', false, false);
  if (described.length === 0) return undefined;
  const nested = described.some(({ type }) => type === 'nestedValidation');
  return {
    async use(command, _context, next) {
      // Nested values are plain data when a stored command comes back: only `@Type` knows what they were.
      const checked = nested ? plainToInstance(commandClass as new () => object, { ...(command as object) }) : command;
      const errors = fieldErrors(await validate(checked));
      if (errors.length > 0) throw new InvalidCommandError(commandClass.name, errors);
      return next();
    },
  };
}
