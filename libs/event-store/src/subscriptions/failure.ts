// Tells the two kinds of trouble apart: the house is down (wait, try the same again) or this record cannot be handled (set it aside).
import {
  CursorAheadOfLogError,
  EventStoreError,
  LeaseLostError,
  LogEpochMismatchError,
  SealBrokenError,
  UnavailableError,
  kindOf,
  messageOf,
  UnitOfWorkRolledBackError,
  type LogRecord,
  type UnknownEventTypeError,
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

/** A record set aside that this build wants no more: a build that does may run beside it, or come back. Never a reason to drop the record. */
export class UnwantedRecordError extends EventStoreError {
  readonly code = 'ES-1305';
  constructor(subscription: string, type: string) {
    super(
      `Subscription ${subscription} of this build does not handle ${type}. Deploy the build that does and replay the record, or discard it.`,
    );
  }
}

/** A subscription stops in front of a record that only a newer build can read, and leaves it to that build. */
export class UnreadableRecordError extends EventStoreError {
  readonly code = 'ES-1306';
  constructor(subscription: string, { position, key }: LogRecord, cause: UnknownEventTypeError) {
    super(
      `Subscription ${subscription} has stopped before position ${position} (${key}). ${cause.message} ` +
        'It looks again by itself, and any build that can read the record takes over.',
      { cause },
    );
  }
}

/** Log, checkpoint and seals do not belong together: no retry helps, somebody has to look. */
export function isLogMismatch(error: unknown): boolean {
  return (
    error instanceof LogEpochMismatchError || error instanceof CursorAheadOfLogError || error instanceof SealBrokenError
  );
}

/** One line for the operator: code and message, without the values that databases and parsers quote. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? `${codeOf(error)}: ${messageOf(error)}`.slice(0, 1_000) : codeOf(error);
}

/** What kind of failure it is: the error's code, or its name when it has none. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return kindOf(error);
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : error.name;
}

/** The code that {@link reasonOf} began with. */
export function codeOfReason(reason: string): string {
  return reason.split(': ', 1)[0]!;
}
