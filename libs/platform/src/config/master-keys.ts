// The master keys for personal data, as a variable: base64 of 32 bytes each, the newest first; or, for development, the file that every clone makes.
import { readFileSync } from 'node:fs';
import { isPlaceholderKey } from './strong-secret.js';

/** In front of the file that holds the key of a clone, see auth/dev-issuer.ts. Production refuses it. */
export const DEV_MASTER_KEY = 'dev:';

const base64Of32Bytes = /^[A-Za-z0-9+/]{43}=$/;

export function isMasterKeys(value: unknown, production: boolean): boolean {
  if (typeof value !== 'string') return false;
  if (value.startsWith(DEV_MASTER_KEY)) return !production && value.length > DEV_MASTER_KEY.length;
  return value.split(',').every((key) => base64Of32Bytes.test(key) && !isPlaceholderKey(Buffer.from(key, 'base64')));
}

/** Of a value that {@link isMasterKeys} likes. @throws Error the file of a clone cannot be read */
export function masterKeys(value: string): Uint8Array[] {
  const keys = value.startsWith(DEV_MASTER_KEY) ? readDevKey(value.slice(DEV_MASTER_KEY.length)) : value;
  return keys.split(',').map((key) => Buffer.from(key, 'base64'));
}

function readDevKey(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(
      `PERSONAL_DATA_KEY names the file ${file}, which cannot be read (${code}). \`npm run token\` makes it, in data/dev-issuer.`,
      { cause: error },
    );
  }
}
