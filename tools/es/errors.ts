// What a command ends with when it cannot do what was asked: a sentence and an exit code, never a stack.
import { EventStoreError, InvalidRequestError } from '../../libs/event-store/src/core/index.js';

/** 1: it was asked right and cannot be done; 2: it was asked wrongly. */
export class EsError extends Error {
  constructor(
    message: string,
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message);
    this.name = 'EsError';
  }
}

export function sentenceOf(error: unknown): { sentence: string; exitCode: 1 | 2 } {
  if (error instanceof EsError) return { sentence: error.message, exitCode: error.exitCode };
  if (error instanceof InvalidRequestError) return { sentence: error.message, exitCode: 2 };
  if (error instanceof EventStoreError) return { sentence: `${error.code}: ${error.message}`, exitCode: 1 };
  if ((error as { code?: unknown } | undefined)?.code === '42501') {
    const sentence = `${reasonOf(error)}. The role of the database that is used may not do this: to rebuild and to forget takes the URL of the service's role, to migrate that of the owner.`;
    return { sentence, exitCode: 1 };
  }
  return { sentence: reasonOf(error), exitCode: 1 };
}

/** Connection errors to several addresses come as an empty message with the reasons inside. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  return error.message || (typeof code === 'string' ? code : error.name);
}
