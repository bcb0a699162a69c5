// What a crate load refuses, with the codes our API promises. Refusals are answers: recorded with the command, never retried.
import { DomainError } from '@app/event-store/core';

export class CrateLoadAlreadyOpened extends DomainError {
  readonly code = 'crate-load-already-opened';
  constructor(crateLoadId: string) {
    super(`Crate load ${crateLoadId} has been opened already.`);
  }
}

export class CrateLoadNotOpen extends DomainError {
  readonly code = 'crate-load-not-open';
  constructor(crateLoadId: string, status: string) {
    super(`Crate load ${crateLoadId} is ${status}; only an open one can be closed.`);
  }
}
