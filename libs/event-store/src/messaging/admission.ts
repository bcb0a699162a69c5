// What every broker refuses before it sends a batch, in one place: so a message is refused by all brokers or by none.
import type { EventStoreError } from '../core/index.js';
import { isStorable } from '../processes/index.js';
import type { BrokerMessage } from './broker.js';
import { HeldBackError, MessageTooLargeError, UnpublishableMessageError } from './errors.js';

/** Largest value a broker takes and an inbox reads, in bytes. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;

/** Longest key a broker takes and an inbox reads, in UTF-16 units. */
const MAX_KEY_LENGTH = 500;

/** Not what a decoder leaves where bytes were not UTF-8, either: no inbox reads a key or a CloudEvents header that holds it. */
export function isText(text: string): boolean {
  return isStorable(text) && !text.includes('\ufffd');
}

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
    const isHeld = held.size > 0 && held.has(placeOf(message));
    const error = isHeld ? new HeldBackError(message.key) : admissionProblem(message);
    if (error) {
      held.add(placeOf(message));
      refused.push({ index, error });
    } else admitted.push({ index, message });
  }
  return { admitted, refused };
}

/** What keeps its order: messages of one key on one topic. */
export function placeOf({ topic, key }: Pick<BrokerMessage, 'topic' | 'key'>): string {
  return JSON.stringify([topic, key]);
}

/** Why no broker takes the message, or undefined. */
export function admissionProblem({ topic, key, headers, value }: BrokerMessage): EventStoreError | undefined {
  if (value.length > MAX_MESSAGE_BYTES) return new MessageTooLargeError(topic, value.length, MAX_MESSAGE_BYTES);
  const problem = keyProblem(key) ?? headersProblem(headers);
  return problem === undefined ? undefined : new UnpublishableMessageError(`A message for topic ${topic}`, problem);
}

/** What every inbox refuses in a key, as a sentence; undefined when nothing is wrong. */
export function keyProblem(key: string): string | undefined {
  if (key === '') return 'its key is empty';
  if (key.length > MAX_KEY_LENGTH) return `its key has ${key.length} characters, at most ${MAX_KEY_LENGTH} are read`;
  return isText(key) ? undefined : `its key ${NOT_TEXT_SENTENCE}`;
}

function headersProblem(headers: BrokerMessage['headers']): string | undefined {
  for (const name in headers) {
    const text = headers[name]!;
    const isRead = name.startsWith('ce_') ? isText(text) : isStorable(text);
    if (!isRead || !isStorable(name)) return `one of its headers ${NOT_TEXT_SENTENCE}`;
  }
  return undefined;
}
