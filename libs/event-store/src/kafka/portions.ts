// A batch of any size, cut into sends that every broker takes.
import type { BrokerMessage } from '../messaging/index.js';

const MESSAGES = 500;

/** A little below the largest batch that brokers take unless they are told otherwise (1,048,588), should all go to one partition. */
const BYTES = 1_000_000;

/** Of a record around its parts, at most. */
const RECORD_BYTES = 32;
const HEADER_BYTES = 8;

/** In order. A message larger than a portion gets one of its own. */
export function* inPortions<T extends { readonly message: BrokerMessage }>(messages: readonly T[]): Generator<T[]> {
  let portion: T[] = [];
  let bytes = 0;
  for (const one of messages) {
    const size = sizeOf(one.message);
    if (portion.length > 0 && (portion.length === MESSAGES || bytes + size > BYTES)) {
      yield portion;
      portion = [];
      bytes = 0;
    }
    portion.push(one);
    bytes += size;
  }
  if (portion.length > 0) yield portion;
}

/** In bytes on the wire, a little too high rather than too low. */
export function sizeOf({ key, headers, value }: BrokerMessage): number {
  let bytes = RECORD_BYTES + Buffer.byteLength(key) + value.length;
  for (const [name, text] of Object.entries(headers))
    bytes += HEADER_BYTES + Buffer.byteLength(name) + Buffer.byteLength(text);
  return bytes;
}
