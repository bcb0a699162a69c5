// The way of a command to its handler: validated, authorised, through the middleware of the service and of its context, and only then retried.
import type { Command } from '@nestjs/cqrs';
import type { Class } from '../../core/index.js';
import { attemptsOf } from '../decorators/retry-on-conflict.decorator.js';
import { authorisation } from './authorise.js';
import type { CommandContext, CommandMiddleware } from './command-middleware.js';
import { validation } from './validation.js';

export interface CommandPipeline {
  /** In this order; none for most commands, and then nothing is paid. */
  readonly steps: readonly CommandMiddleware[];
  /** How often the handler is run in all while other writers are first, see `@RetryOnConflict`. */
  readonly attempts: number;
}

/** `middleware`: that of the service, then that of the context. */
export function commandPipeline(
  command: Class,
  handler: Class,
  middleware: readonly CommandMiddleware[],
): CommandPipeline {
  const declared = [validation(command), authorisation(command)].filter((step) => step !== undefined);
  return { steps: [...declared, ...middleware], attempts: attemptsOf(handler) };
}

/** The first step is given the second as its `next`, and so on; the last one is given `handle`. */
export function passThrough<R>(
  steps: readonly CommandMiddleware[],
  command: Command<R>,
  context: CommandContext,
  handle: () => Promise<R>,
): Promise<R> {
  const from = async (index: number): Promise<R> => {
    const step = steps[index];
    return step ? step.use(command, context, () => from(index + 1)) : handle();
  };
  return from(0);
}
