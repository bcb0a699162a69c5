// One system at a time on a data folder: a second one would share its database, and stop it under the first.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '../postgres/process.js';

/**
 * Returns what gives the folder back. A claim whose process is gone counts for nothing.
 * @throws Error naming the process that has it.
 */
export async function claimFolder(dataDir: string): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true });
  const file = join(dataDir, 'running.pid');
  for (;;) {
    try {
      await writeFile(file, String(process.pid), { flag: 'wx' });
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = await claimant(dataDir);
    if (holder !== undefined) {
      throw new Error(`A system is already running on ${dataDir} (process ${holder}). Stop it with Ctrl-C first.`);
    }
    await rm(file, { force: true });
  }
}

/** The living process that runs a system on the folder, or undefined. */
export async function claimant(dataDir: string): Promise<number | undefined> {
  const pid = Number(await readFile(join(dataDir, 'running.pid'), 'utf8').catch(() => ''));
  return pid > 0 && pid !== process.pid && isAlive(pid) ? pid : undefined;
}
