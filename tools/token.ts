// `npm run token -- --user alice --role customer [--role operator]`: a token of this clone's development issuer, alone on stdout.
import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { DEV_ISSUER_FOLDER, issueDevToken } from '../libs/platform/src/auth/dev-issuer.js';
import { ensureDevSealKey } from '../libs/platform/src/auth/dev-seal-key.js';

const usage = 'Usage: npm run token -- --user alice --role customer [--role operator] [--ttl <seconds>]';

try {
  const { values } = parseArgs({
    options: { user: { type: 'string' }, role: { type: 'string', multiple: true }, ttl: { type: 'string' } },
  });
  const { user, role: roles, ttl } = values;
  if (!user || !roles?.length)
    throw new Error(`Expected --user and at least one --role, got ${process.argv.slice(2).join(' ') || 'neither'}.`);
  if (ttl !== undefined && !/^[1-9]\d{0,8}$/.test(ttl))
    throw new Error(`Expected --ttl in seconds, from 1, got '${ttl}'.`);
  const folder = join(import.meta.dirname, '..', DEV_ISSUER_FOLDER);
  await ensureDevSealKey(folder); // for a system by Docker Compose, which has no other program of ours that may write here
  const token = await issueDevToken({ folder, user, roles, ttlSeconds: ttl === undefined ? undefined : Number(ttl) });
  process.stdout.write(`${token}\n`);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n${usage}\n`);
  process.exitCode = 1;
}
