// What can be wrong with a saga, a process, or a command they decide.
import { EventStoreError } from '../core/index.js';

/** The saga did something a durable saga cannot do. */
export class UnsupportedSagaError extends EventStoreError {
  readonly code = 'ES-1501';
  constructor(problem: string) {
    super(
      `The saga ${problem}. It gets one event at a time and must complete with it: operators that span events or time ` +
        '(long delays, debounceTime, bufferCount, reduce, scan) are not supported, use a process manager.',
    );
  }
}

/** The command cannot be stored and read back as what it was. */
export class UnencodableCommandError extends EventStoreError {
  readonly code = 'ES-1502';
  constructor(type: string, problem: string) {
    super(`Command ${type} cannot be stored: ${problem}.`);
  }
}

/** A stored command whose class this build does not have. */
export class UnknownCommandTypeError extends EventStoreError {
  readonly code = 'ES-1503';
  constructor(type: string) {
    super(`No class for command ${type}. Deploy the build that has its handler, or register the class.`);
  }
}

/** An event whose key no process has yet: it is tried again for a while, because the start, or what names the key, may still be on its way. */
export class ProcessNotStartedError extends EventStoreError {
  readonly code = 'ES-1504';
  constructor(
    readonly process: string,
    readonly id: string,
    type: string,
  ) {
    super(
      `${type} came for process ${process} ${id}, which has not started, and no other has this key. The first event may be late or lost, or the one that names the key: find out, then replay this one.`,
    );
  }
}

/** `correlate` did not say which process the event belongs to. */
export class UncorrelatedEventError extends EventStoreError {
  readonly code = 'ES-1505';
  constructor(process: string, type: string, got: string) {
    super(
      `Process ${process} cannot tell which process ${type} belongs to: its correlate gave ${got}. Let it return the id as a text.`,
    );
  }
}

/** A reaction left a state that JSON cannot hold. */
export class UnstorableStateError extends EventStoreError {
  readonly code = 'ES-1506';
  constructor(process: string, problem: string) {
    super(`The state of process ${process} cannot be stored: ${problem}. Keep it plain JSON data.`);
  }
}

/** A newer build has written the state; this one would misread it. */
export class NewerStateError extends EventStoreError {
  readonly code = 'ES-1507';
  constructor(process: string, id: string, version: number, known: number) {
    super(
      `The state of process ${process} ${id} has version ${version}, this build knows ${known}. Deploy the build that wrote it.`,
    );
  }
}

/** A reaction claimed a correlation key that another process of its class has. Its event changes nothing; no retry can mend it. */
export class CorrelationKeyTakenError extends EventStoreError {
  readonly code = 'ES-1508';
  constructor(process: string, id: string, { key, id: owner }: { readonly key: string; readonly id: string }) {
    super(
      `Process ${process} ${id} wants the key ${key}, expected to be free or its own; it belongs to ${process} ${owner}. ` +
        'Find out which of the two events names the wrong key; where ids of different things may be equal, prefix them.',
    );
  }
}

/** An operator wants a process taken back that is not there, or that has ended. */
export class NotCompensableError extends EventStoreError {
  readonly code = 'ES-1509';
  constructor(process: string, id: string, problem: string) {
    super(
      `Process ${process} ${id} cannot be compensated: expected one that runs, or one of whose undo was refused; ${problem}.`,
    );
  }
}
