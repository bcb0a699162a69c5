// What every broker refuses before it sends a batch, in one place: so a message is refused by all brokers or by none.
import type { EventStoreError } from '../core/index.js';
import type { BrokerMessage } from './broker.js';
import { HeldBackError, MessageTooLargeError, UnpublishableMessageError } from './errors.js';

/** Largest value a broker takes and an inbox reads, in bytes. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;

/** Longest key a broker takes and an inbox reads, in UTF-16 units. */
const MAX_KEY_LENGTH = 500;

/** Text that PostgreSQL and UTF-8 cannot hold. */
const UNSENDABLE = /[\0\p{Surrogate}]/u;

/** The same, and what a decoder leaves where bytes were not UTF-8: no inbox reads a key or a CloudEvents header that holds it. */
export const NOT_TEXT = /[\0\ufffd\p{Surrogate}]/u;

const NOT_TEXT_SENTENCE = 'holds a NUL character, half a surrogate pair or U+FFFD, which is no text';

export interface Admission {
  /** Messages to send, in order, with their place in the batch. */
  readonly admitted: readonly { readonly index: number; readonly message: BrokerMessage }[];
  /** Those refused, and their successors of the same key. */
  readonly refused: readonly { readonly index: number; readonly error: EventStoreError }[];
}

export function admit(messages: readonly BrokerMessage[]): Admission {
  const admitted: { index: number; message: BrokerMessage }[] = [];
  const refused: { index: number; error: EventStoreError }[] = [];
  const held = new Set<string>();
  for (const [index, message] of messages.entries()) {
    const place = JSON.stringify([message.topic, message.key]);
    const error = held.has(place) ? new HeldBackError(message.key) : problemOf(message);
    if (error) {
      held.add(place);
      refused.push({ index, error });
    } else admitted.push({ index, message });
  }
  return { admitted, refused };
}

function problemOf({ topic, key, headers, value }: BrokerMessage): EventStoreError | undefined {
  if (value.length > MAX_MESSAGE_BYTES) return new MessageTooLargeError(topic, value.length, MAX_MESSAGE_BYTES);
  const problem = keyProblem(key) ?? Object.entries(headers).map(headerProblem).find(Boolean);
  return problem === undefined ? undefined : new UnpublishableMessageError(`A message for topic ${topic}`, problem);
}

/** What every inbox refuses in a key, as a sentence; undefined when nothing is wrong. */
export function keyProblem(key: string): string | undefined {
  if (key === '') return 'its key is empty';
  if (key.length > MAX_KEY_LENGTH) return `its key has ${key.length} characters, at most ${MAX_KEY_LENGTH} are read`;
  return NOT_TEXT.test(key) ? `its key ${NOT_TEXT_SENTENCE}` : undefined;
}

function headerProblem([name, text]: [string, string]): string | undefined {
  const read = name.startsWith('ce_') ? NOT_TEXT : UNSENDABLE;
  return UNSENDABLE.test(name) || read.test(text) ? `one of its headers ${NOT_TEXT_SENTENCE}` : undefined;
}
