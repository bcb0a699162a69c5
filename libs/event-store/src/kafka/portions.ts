// A batch of any size, cut into sends that every broker takes.
const MESSAGES = 500;

/** A little below the largest batch that brokers take unless they are told otherwise (1,048,588), should all go to one partition. */
const BYTES = 1_000_000;

/** In order. A message larger than a portion gets one of its own. */
export function* inPortions<T extends { readonly bytes: number }>(messages: Iterable<T>): Generator<T[]> {
  let portion: T[] = [];
  let bytes = 0;
  for (const one of messages) {
    if (portion.length > 0 && (portion.length === MESSAGES || bytes + one.bytes > BYTES)) {
      yield portion;
      portion = [];
      bytes = 0;
    }
    portion.push(one);
    bytes += one.bytes;
  }
  if (portion.length > 0) yield portion;
}
