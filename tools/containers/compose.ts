// The program that reads compose files as Docker does: Docker's own, or built from its source where there is Go and no Docker.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const MODULE = 'github.com/docker/compose/v5';
const VERSION = 'v5.2.0';

/** Command and first arguments, or why there is none. */
export type FoundCompose = { readonly command: readonly string[] } | { readonly missing: string };

const run = promisify(execFile);

/** `say` hears of what takes long: to build it takes minutes, once. */
export async function findCompose(say: (line: string) => void): Promise<FoundCompose> {
  if (await works('docker', ['compose', 'version'])) return { command: ['docker', 'compose'] };
  const folder = resolve('.cache', `docker-compose-${VERSION}`);
  const built = join(folder, 'docker-compose');
  if (existsSync(built)) return { command: [built] };
  if (!(await works('go', ['version'])))
    return { missing: 'there is neither a docker with compose nor Go to build it.' };
  say(`Building docker compose ${VERSION} …`);
  const at = { cwd: folder, maxBuffer: 16 * 1024 * 1024 };
  try {
    await mkdir(folder, { recursive: true });
    await run('go', ['mod', 'init', 'compose'], at);
    await run('go', ['get', `${MODULE}/cmd@${VERSION}`], at);
    await run('go', ['build', '-o', built, `${MODULE}/cmd`], at);
    return { command: [built] };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    return {
      missing: `docker compose ${VERSION} could not be built: ${(error as Error).message.trim().slice(0, 300)}`,
    };
  }
}

function works(file: string, args: readonly string[]): Promise<boolean> {
  return run(file, [...args], { timeout: 30_000 }).then(
    () => true,
    () => false,
  );
}
