// What can be wrong with a saga or with a command it decides.
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
