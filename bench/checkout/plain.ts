// Starts plain-service.ts beside the system, on a database of its own of the same server, with the same keys.
import { join } from 'node:path';
import {
  DEV_AUDIENCE,
  DEV_ISSUER,
  DEV_ISSUER_FOLDER,
  ensureDevIssuer,
} from '../../libs/platform/src/auth/dev-issuer.js';
import { startService, type ServiceProcess } from '../../tools/system/service-process.js';
import type { System } from '../../tools/system/system.js';

const DATABASE = 'bench_plain';

export async function startPlainService({ postgres }: System): Promise<ServiceProcess> {
  await postgres.createDatabase(DATABASE);
  const { jwksFile } = await ensureDevIssuer(DEV_ISSUER_FOLDER);
  return startService({
    name: 'plain',
    command: [process.execPath, '--import', 'tsx', join(import.meta.dirname, 'plain-service.ts')],
    logFile: join(postgres.dataDir, '../logs/plain.log'),
    env: {
      ...process.env,
      NODE_ENV: 'development',
      DATABASE_URL: postgres.url(DATABASE),
      AUTH_ISSUER: DEV_ISSUER,
      AUTH_AUDIENCE: DEV_AUDIENCE,
      AUTH_JWKS_FILE: jwksFile,
    },
  });
}
