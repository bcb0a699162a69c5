// The keys of the seals: those of the environment, or that of this clone for the databases of its `npm start`.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { devSealKeyFile } from '../../libs/platform/src/auth/dev-seal-key.js';
import { parseSealKeys, type SealKeys } from '../../libs/event-store/src/postgres/operations/index.js';
import { isDatabaseNamed } from './databases.js';
import { EsError } from './errors.js';
import type { Io } from './io.js';
import type { CommonOptions } from './options.js';

/** @throws EsError saying where the keys are expected; ConfigurationError they are not keys. */
export async function findSealKeys({ environment }: Io, { databaseUrl }: CommonOptions): Promise<SealKeys> {
  const { SEAL_KEY, SEAL_KEY_FILE } = environment;
  if (SEAL_KEY) return parseSealKeys(SEAL_KEY);
  if (SEAL_KEY_FILE) return parseSealKeys(await read(SEAL_KEY_FILE, 'SEAL_KEY_FILE names'));
  if (isDatabaseNamed({ databaseUrl }, environment)) {
    throw new EsError(
      'The seals can only be checked with their key. Expected it in SEAL_KEY or SEAL_KEY_FILE, as the service has it.',
      2,
    );
  }
  return parseSealKeys(await read(resolve(devSealKeyFile()), 'The key of this clone is in'));
}

async function read(file: string, what: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new EsError(
      `${what} a file that cannot be read (${error.code}). Expected SEAL_KEY, SEAL_KEY_FILE or \`npm start\`.`,
    );
  });
  return text.trim();
}
