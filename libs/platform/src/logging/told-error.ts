// What logs and spans may say of an error. Drivers hang queries, parameters and whole rows on theirs: nothing of those is taken.
import { messageOf, withoutValues } from '@app/event-store/core';

export function stackOf(error: Error): string | undefined {
  return error.stack && withoutValues(error.stack, error);
}

/** Of errors behind an error. Causes may go round in a circle. */
const DEEPEST = 8;

/** Of an error only what says what went wrong where. */
export function describeError(error: unknown, depth = 0): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { name, code, cause } = error as Error & { code?: unknown };
  return {
    type: name,
    message: messageOf(error),
    ...(typeof code === 'string' && { code }),
    stack: stackOf(error),
    ...(cause instanceof Error && depth < DEEPEST && { cause: describeError(cause, depth + 1) }),
  };
}
