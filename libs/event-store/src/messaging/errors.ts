// What can be wrong with one message on its way out. None of these is worth a retry with the same bytes.
import { EventStoreError } from '../core/index.js';

/** Larger than every consumer accepts. */
export class MessageTooLargeError extends EventStoreError {
  readonly code = 'ES-1401';
  constructor(topic: string, bytes: number, limit: number) {
    super(
      `A message for topic ${topic} has ${bytes} bytes, at most ${limit} are allowed. Publish less, or a reference to it.`,
    );
  }
}

/** The publisher's mapping gave something that cannot travel. */
export class UnpublishableMessageError extends EventStoreError {
  readonly code = 'ES-1402';
  constructor(what: string, problem: string) {
    super(`${what} cannot be published: ${problem}.`);
  }
}

/** Not tried: an earlier message of the same key has failed, and order matters more than haste. */
export class HeldBackError extends EventStoreError {
  readonly code = 'ES-1403';
  constructor(key: string) {
    super(`Held back behind a failed message of key ${key}.`);
  }
}
