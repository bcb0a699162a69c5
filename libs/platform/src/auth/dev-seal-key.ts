// The key of the seals for development: one of its own in every clone, beside the issuer's. Nothing here is committed.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createOnce } from './create-once.js';
import { DEV_ISSUER_FOLDER } from './dev-issuer.js';

export function devSealKeyFile(folder: string = DEV_ISSUER_FOLDER): string {
  return join(folder, 'seal.key');
}

/** Makes the key where there is none, readable by its owner only; safe to call from two processes at once. For SEAL_KEY_FILE. */
export async function ensureDevSealKey(folder: string = DEV_ISSUER_FOLDER): Promise<string> {
  const file = devSealKeyFile(folder);
  await mkdir(dirname(folder), { recursive: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (!existsSync(file)) await createOnce(file, `${randomBytes(32).toString('hex')}\n`);
  await chmod(file, 0o600);
  return file;
}
