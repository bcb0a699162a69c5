// Why a read model does not show yet what somebody waits for: it is behind, it holds the stream back, or there is nothing to wait for.
import { EventStoreError, UnavailableError } from '../../core/index.js';

/** It did not get there in time. Safe to ask again: it goes on meanwhile. */
export class ProjectionBehindError extends EventStoreError {
  readonly code = 'ES-1310';
  constructor(
    readonly projection: string,
    /** What was waited for. */
    readonly position: bigint,
    /** How far it had come when the time was up. */
    readonly reached: bigint,
    timeoutMs: number,
  ) {
    super(
      `Projection ${projection} was to reach position ${position} and is at ${reached} after ${timeoutMs} ms. Ask again in a moment.`,
    );
  }
}

/** It has passed the position, but a record of the same stream at or before it failed and is set aside: its row is not what it is to be. */
export class ProjectionHeldBackError extends EventStoreError {
  readonly code = 'ES-1311';
  constructor(
    readonly projection: string,
    readonly position: bigint,
    /** The stream. */
    readonly key: string,
    /** Of the record that failed. */
    readonly failedAt: bigint,
  ) {
    super(
      `Projection ${projection} has passed position ${position} without ${key}: its record at ${failedAt} failed and is set aside. Mend the cause and replay it.`,
    );
  }
}

/** No event of this service has the position: it lies in the future, or belongs to the log of another service. */
export class UnknownPositionError extends EventStoreError {
  readonly code = 'ES-1312';
  constructor(readonly position: bigint) {
    super(
      `There is no event at position ${position} in this service's log. Expected the position of an append to this service.`,
    );
  }
}

/** As many wait in this replica as may. */
export class TooManyWaitingError extends UnavailableError {
  override readonly code: string = 'ES-1203';
  constructor(waiting: number) {
    super('Waiting for a projection', new Error(`${waiting} wait in this replica already, as many as may`));
  }
}
