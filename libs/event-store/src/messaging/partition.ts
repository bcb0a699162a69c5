// Which partition a key belongs to: one function for every broker, so that moving from one to another keeps each key's neighbours.

/** Kafka's own choice (murmur2 of the UTF-8 key, sign bit cleared, modulo). */
export function partitionOf(key: string, partitions: number): number {
  return partitionHash(key) % partitions;
}

/** 0 … 2^31 - 1. */
export function partitionHash(key: string): number {
  return murmur2(Buffer.from(key, 'utf8')) & 0x7fffffff;
}

const M = 0x5bd1e995;

function murmur2(bytes: Buffer): number {
  const { length } = bytes;
  let hash = 0x9747b28c ^ length;
  const whole = length - (length % 4);
  for (let at = 0; at < whole; at += 4) {
    let part = Math.imul(bytes.readInt32LE(at), M);
    part ^= part >>> 24;
    hash = Math.imul(hash, M) ^ Math.imul(part, M);
  }
  for (let rest = length - 1; rest >= whole; rest -= 1) hash ^= bytes[rest]! << (8 * (rest - whole));
  if (length > whole) hash = Math.imul(hash, M);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, M);
  return hash ^ (hash >>> 15);
}
