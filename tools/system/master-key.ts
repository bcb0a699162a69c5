// The master key of personal data as tools find it: the environment's, or the one that `npm start` made for this clone.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalKeyWrapping } from '../../libs/event-store/src/privacy/index.js';
import { DEV_ISSUER_FOLDER } from '../../libs/platform/src/auth/dev-issuer.js';
import { DEV_MASTER_KEY, masterKeys } from '../../libs/platform/src/config/master-keys.js';

/** Undefined where there is none: then nothing personal can be opened. @throws Error a file that cannot be read */
export function keyWrapping(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): LocalKeyWrapping | undefined {
  const file = environment['PERSONAL_DATA_KEY_FILE'];
  const ofClone = join(DEV_ISSUER_FOLDER, 'personal-data.key');
  const value =
    environment['PERSONAL_DATA_KEY'] ??
    (file === undefined ? undefined : readFileSync(file, 'utf8').trim()) ??
    (existsSync(ofClone) ? `${DEV_MASTER_KEY}${ofClone}` : undefined);
  return value === undefined ? undefined : new LocalKeyWrapping(masterKeys(value));
}
