// The keys of the seals. They are kept outside the database: whoever has both can seal whatever they like.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { ConfigurationError } from '../../core/index.js';

export interface SealKey {
  /** Names the key and says nothing about it; stored with every seal it made. */
  readonly id: string;
  readonly secret: Buffer;
}

/** The first one seals; the others are former ones, by which older seals are verified. */
export type SealKeys = readonly [SealKey, ...SealKey[]];

/** @throws ConfigurationError the text is not one or more times 64 hexadecimal digits, separated by commas. Never repeats it. */
export function parseSealKeys(text: string): SealKeys {
  const keys = text.split(',').map((one) => one.trim());
  const wrong = keys.findIndex((one) => !/^[0-9a-f]{64}$/i.test(one));
  if (wrong >= 0) {
    throw new ConfigurationError(
      `Seal key ${wrong + 1} has ${keys[wrong]!.length} characters. Expected 64 hexadecimal digits each, separated by commas: ` +
        'openssl rand -hex 32 makes one.',
    );
  }
  const [first, ...others] = keys.map(keyOf);
  return [first!, ...others];
}

export function macOf(key: SealKey, hash: Buffer): Buffer {
  return createHmac('sha256', key.secret).update(hash).digest();
}

export function isMacOf(key: SealKey, hash: Buffer, mac: Buffer): boolean {
  const expected = macOf(key, hash);
  return expected.length === mac.length && timingSafeEqual(expected, mac);
}

function keyOf(hex: string): SealKey {
  const secret = Buffer.from(hex, 'hex');
  const id = createHash('sha256').update('event-store seal key').update(secret).digest('hex').slice(0, 16);
  return { id, secret };
}
