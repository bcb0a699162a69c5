// Ids and chance enter the library here, so that a simulation can drive them; and ids that follow from what they name.
import { hash, randomBytes, randomUUID } from 'node:crypto';

export interface IdGenerator {
  /** A new UUIDv7 (RFC 9562, section 5.7). */
  next(): string;
  /** A number in [0, 1), for jitter. */
  random(): number;
}

export const systemIds: IdGenerator = {
  next() {
    const time = Date.now().toString(16).padStart(12, '0');
    const chance = randomUUID().slice(15); // from bytes that Node draws for many at a time: to draw 16 alone takes three times as long
    return `${time.slice(0, 8)}-${time.slice(8)}-7${chance}`;
  },
  random: () => randomBytes(4).readUInt32BE() / 2 ** 32,
};

/** The same parts always give the same UUID (version 8, RFC 9562 section 5.8: SHA-256 over the parts, each with its length). */
export function deterministicId(...parts: readonly (string | number)[]): string {
  let text = '';
  for (const part of parts) text += `${String(part).length}:${part};`;
  const hex = hash('sha256', text);
  const variant = VARIANTS[parseInt(hex[16]!, 16) & 3]!;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The first two bits of the digit are 10. */
const VARIANTS = '89ab';
