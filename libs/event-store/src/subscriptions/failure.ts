// Tells the two kinds of trouble apart: the house is down (wait, try the same again) or this record cannot be handled (set it aside).
import {
  CursorAheadOfLogError,
  LeaseLostError,
  LogEpochMismatchError,
  UnavailableError,
  UnitOfWorkRolledBackError,
} from '../core/index.js';

/** Nobody's fault among the records. A handler that swallowed such an error does not make it its own. */
export function isInfrastructure(error: unknown): boolean {
  if (error instanceof UnitOfWorkRolledBackError) return isInfrastructure(error.cause);
  return error instanceof UnavailableError || error instanceof LeaseLostError || isLogMismatch(error);
}

/**
 * The unit of work failed at or after its COMMIT: it may have taken effect, so only the checkpoint can tell. Never the moment to set a
 * record aside, unless the checkpoint has told that it did not.
 */
export class CommitUncertainError extends UnavailableError {
  constructor(subscription: string, cause: unknown) {
    super(`The outcome of a commit of subscription ${subscription}`, cause);
  }
}

/** Log and checkpoint do not belong together: no retry helps, somebody has to look. */
export function isLogMismatch(error: unknown): boolean {
  return error instanceof LogEpochMismatchError || error instanceof CursorAheadOfLogError;
}

/** One line for the operator: code and message, never the record's data. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return `a value that is no Error was thrown (${typeof error})`;
  const { code } = error as { code?: unknown };
  const name = typeof code === 'string' ? code : error.name;
  return `${name}: ${error.message}`.slice(0, 1_000);
}
