// What every broker refuses before it sends a batch, in one place: so a message is refused by all brokers or by none.
import type { EventStoreError } from '../core/index.js';
import type { BrokerMessage } from './broker.js';
import { HeldBackError, MessageTooLargeError, UnpublishableMessageError } from './errors.js';

/** Largest value a broker takes and an inbox reads, in bytes. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;

/** Text that PostgreSQL and UTF-8 cannot hold. */
const UNSENDABLE = /[\0\p{Surrogate}]/u;

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
  const unsendable = [key, ...Object.entries(headers).flat()].some((text) => UNSENDABLE.test(text));
  return unsendable
    ? new UnpublishableMessageError(
        `A message for topic ${topic}`,
        'its key or a header holds a NUL character or half a surrogate pair',
      )
    : undefined;
}
