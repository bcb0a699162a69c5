// A command handler that loads and saves by itself, or decides on several aggregates, and is to be run again when another writer was first.
import { ConfigurationError, type Class } from '../../core/index.js';

export interface RetryOnConflictOptions {
  /** How often the handler is run in all, default 5. */
  readonly attempts?: number;
}

const DEFAULT_ATTEMPTS = 5;
const declared = new WeakMap<object, number>();

/**
 * Runs the whole handler again, on fresh state and after a short random pause, when it ends with a WrongExpectedVersionError; in the end
 * with TooManyConflictsError. What it does beside the store it then does again. `AggregateStore.update` needs none of this: it decides again itself.
 * One that decides on several aggregates needs one unit of work around all of it: else the first is stored when the second loses its race.
 * Inside an open unit of work nothing is run again, because that rolls back as a whole.
 */
export function RetryOnConflict({ attempts = DEFAULT_ATTEMPTS }: RetryOnConflictOptions = {}): ClassDecorator {
  if (!Number.isInteger(attempts) || attempts < 1) {
    throw new ConfigurationError(`@RetryOnConflict: expected a number of attempts from 1, got ${attempts}.`);
  }
  return (target) => void declared.set(target, attempts);
}

/** 1 for a handler that declares none. */
export function attemptsOf(handlerClass: Class): number {
  return declared.get(handlerClass) ?? 1;
}
