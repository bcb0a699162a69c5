// Who may send a command, said where the command is declared: asked for every execute, whoever sends it.
import type { Class } from '../../core/index.js';
import { ConfigurationError } from '../../core/index.js';
import type { CommandContext, CommandMiddleware } from './command-middleware.js';
import { CommandForbiddenError } from './errors.js';

/** True where it may be executed. A read is fine; it must not change anything. */
export type CommandRule<C extends object> = (command: C, context: CommandContext) => boolean | Promise<boolean>;

interface Declared {
  readonly rule: CommandRule<object>;
  readonly sentence: string | undefined;
}

const declared = new WeakMap<object, Declared[]>();

/**
 * On the class of a command; several all have to hold. Where one says no, or not `true`, the caller gets a {@link CommandForbiddenError} with the
 * sentence, if there is one. What a process or saga sends has it for its actor: `process:<name>`.
 * A rule that has to ask another provider is a CommandMiddleware that throws the same error.
 */
export function Authorise<C extends object>(rule: CommandRule<C>, sentence?: string) {
  if (typeof rule !== 'function')
    throw new ConfigurationError('@Authorise: expected a function of the command and its context.');
  return (commandClass: new (...args: never[]) => C): void => {
    const one = { rule: rule as CommandRule<object>, sentence };
    declared.set(commandClass, [one, ...(declared.get(commandClass) ?? [])]);
  };
}

/** Undefined where nothing is declared, here or on a class it extends. */
export function authorisation(commandClass: Class): CommandMiddleware | undefined {
  const rules = lineage(commandClass).flatMap((one) => declared.get(one) ?? []);
  if (rules.length === 0) return undefined;
  return {
    async use(command, context, next) {
      for (const { rule, sentence } of rules) {
        const answer: unknown = await rule(command, context);
        if (answer !== true) throw new CommandForbiddenError(commandClass.name, sentence);
      }
      return next();
    },
  };
}

/** The class and what it extends. */
function lineage(commandClass: object | null): object[] {
  if (commandClass === null) return [];
  return [...lineage(Object.getPrototypeOf(commandClass) as object | null), commandClass];
}
