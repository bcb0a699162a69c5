// One process at a time: a lock is a file with its holder's pid; that of a dead process counts for nothing.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../postgres/process.js';

/** Returns what releases it. `waiting` is called once, with the holder's pid, when somebody else has it. */
export async function lock(path: string, waiting: (holder: number) => void): Promise<() => Promise<void>> {
  for (let waits = 0; ; waits += 1) {
    try {
      await writeFile(path, String(process.pid), { flag: 'wx' });
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = Number(await readFile(path, 'utf8').catch(() => ''));
    const stale = holder > 0 ? !isAlive(holder) : waits > 25; // five seconds without a pid: it died before it could write one
    if (stale) await rm(path, { force: true });
    else if (waits === 0) waiting(holder);
    await sleep(200);
  }
}
