// The error catalogue: every error the library throws, with a stable code, what was expected, what came, and how to mend it.
import type { ExpectedVersion } from './ports/expected-version.js';

/** Base of everything the library throws. `code` is stable: match on it, log it, document it. */
export abstract class EventStoreError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Another writer was first. Safe to retry the whole command on fresh state. */
export class WrongExpectedVersionError extends EventStoreError {
  readonly code = 'ES-1001';
  constructor(
    readonly stream: string,
    readonly expected: ExpectedVersion,
    readonly actual: number,
  ) {
    super(
      `Wrong expected version: ${expected} (stream ${stream} is at version ${actual}). Load it again and decide anew.`,
    );
  }
}

/** An event id belongs to one event for ever. */
export class DuplicateEventIdError extends EventStoreError {
  readonly code = 'ES-1002';
  constructor(
    readonly stream: string,
    readonly eventId: string,
  ) {
    super(
      `Event id ${eventId} (append to ${stream}) is already stored with other content or in another stream. Use a new id.`,
    );
  }
}

/** The event cannot be stored as JSON in PostgreSQL. */
export class InvalidEventError extends EventStoreError {
  readonly code = 'ES-1003';
  /** @param isOfInput what is wrong is a text or the size, which events take over from what somebody sent; anything else is the code's. */
  constructor(
    type: string,
    problem: string,
    readonly isOfInput = false,
  ) {
    super(`Event ${type} cannot be stored: ${problem}.`);
  }
}

/** A class that takes part as an event but was never declared one, or never registered. */
export class EventNotRegisteredError extends EventStoreError {
  readonly code = 'ES-1004';
  constructor(name: string, mend: string) {
    super(`${name} is not a registered event. ${mend}`);
  }
}

/** A row of a type or schema version this build does not know. */
export class UnknownEventTypeError extends EventStoreError {
  readonly code = 'ES-1005';
  constructor(
    readonly type: string,
    readonly schemaVersion: number,
    known: string,
  ) {
    super(
      `No class for event ${type} schema version ${schemaVersion} (${known}). Deploy the build that knows it, or register the class.`,
    );
  }
}

/** The same command id arrived with another command in it. */
export class CommandIdReusedError extends EventStoreError {
  readonly code = 'ES-1006';
  constructor(readonly commandId: string) {
    super(
      `Command id ${commandId} was used before for a command with other content. Send a new command under a new id.`,
    );
  }
}

/** A class was set up in a way that cannot work: decorators missing, names taken twice. */
export class ConfigurationError extends EventStoreError {
  readonly code = 'ES-1007';
}

/** History and code disagree: a version missing, an event of another aggregate. */
export class CorruptStreamError extends EventStoreError {
  readonly code = 'ES-1008';
}

/** A conflict lost so often that retrying further would only add load. */
export class TooManyConflictsError extends EventStoreError {
  readonly code = 'ES-1009';
  constructor(stream: string, attempts: number, cause: unknown) {
    super(
      `Stream ${stream} was changed by others during each of ${attempts} attempts. Try again later, or split the aggregate.`,
      { cause },
    );
  }
}

/** The store was asked for something it cannot do with these arguments. */
export class InvalidRequestError extends EventStoreError {
  readonly code = 'ES-1010';
}

/** An upcaster made something of a row that is no event of this build. No retry mends it: the code has to. */
export class UpcastError extends EventStoreError {
  readonly code = 'ES-1015';
  constructor(type: string, problem: string) {
    super(`A row of event ${type} cannot be read: ${problem}.`);
  }
}

export class UnitOfWorkClosedError extends EventStoreError {
  readonly code = 'ES-1101';
  constructor() {
    super('This call belongs to a unit of work that has ended. Await every store call inside the unit of work.');
  }
}

export class UnitOfWorkRolledBackError extends EventStoreError {
  readonly code = 'ES-1102';
  constructor(cause: unknown) {
    super(
      'The unit of work was rolled back: a decision inside it failed. Let the error pass through instead of swallowing it.',
      { cause },
    );
  }
}

/** The database or broker cannot be reached, or gave way mid-call. Nobody's fault among the messages: wait and try the same again. */
export class UnavailableError extends EventStoreError {
  readonly code: string = 'ES-1201';
  constructor(what: string, cause?: unknown) {
    super(
      `${what} is unavailable${cause instanceof Error ? `: ${cause.message}` : ''}. Safe to retry with the same ids.`,
      { cause },
    );
  }
}

/** Every place in the queue of appends is taken: the database does not keep up with this replica. Nothing was stored. */
export class OverloadedError extends UnavailableError {
  override readonly code: string = 'ES-1202';
  constructor(waiting: number) {
    super('The event store', new Error(`${waiting} appends of this replica wait for the database, as many as may`));
  }
}

/** Another owner holds the lease: this worker must stop and may not commit. */
export class LeaseLostError extends EventStoreError {
  readonly code = 'ES-1301';
  constructor(subscription: string, epoch: bigint) {
    super(
      `Subscription ${subscription}: lease epoch ${epoch} was taken over by another worker. Nothing of this batch was committed.`,
    );
  }
}

/** Positions of a restored or failed-over database do not continue the old ones. */
export class LogEpochMismatchError extends EventStoreError {
  readonly code = 'ES-1302';
  constructor(log: string, expected: string, actual: string) {
    super(
      `Log ${log} is in epoch ${actual}, the checkpoint is of epoch ${expected}: the database was restored or failed over. ` +
        'Subscriptions stop rather than skip or repeat; compare the data, then adopt the new epoch.',
    );
  }
}

/** A checkpoint beyond the end of the log: the log lost its tail (restore, asynchronous failover). */
export class CursorAheadOfLogError extends EventStoreError {
  readonly code = 'ES-1303';
  constructor(log: string, cursor: bigint, last: bigint) {
    super(
      `Log ${log} ends at position ${last}, the checkpoint is at ${cursor}: the log has lost events that were handled. Restore it.`,
    );
  }
}

/** A handler did not finish in time. */
export class DeadlineExceededError extends EventStoreError {
  readonly code = 'ES-1304';
  constructor(what: string, ms: number) {
    super(`${what} did not finish within ${ms} ms.`);
  }
}

/** Personal data, or the key it needs, is not what was stored. What was forgotten is no error: it reads as Erased. */
export class UnreadablePersonalDataError extends EventStoreError {
  readonly code = 'ES-1601';
  constructor(what: string, problem: string, options?: ErrorOptions) {
    super(`Personal data of ${what} cannot be read: ${problem}.`, options);
  }
}

/** The seals of the log are not as this replica left them, or were made with another key: no retry helps, somebody has to look. */
export class SealBrokenError extends EventStoreError {
  readonly code = 'ES-1701';
  constructor(problem: string) {
    super(
      `Sealing has stopped: ${problem} Nothing is lost and events are still stored; what comes is not sealed. ` +
        'Verify the log with `npm run es -- verify` before anything is changed.',
    );
  }
}
