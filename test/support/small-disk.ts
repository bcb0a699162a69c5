// A file system that is soon full. Mounting one takes root on Linux; whoever cannot skips its tests, and the run says so.
import { execFile } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { serverOwner } from '../../tools/postgres/owner.js';

export interface SmallDisk {
  readonly path: string;
  /** Until nothing more goes in; what it returns gives the space back. */
  fill(): Promise<() => Promise<void>>;
  unmount(): Promise<void>;
}

/** For the user that PostgreSQL runs as. Undefined where nothing can be mounted, unless SMALL_DISKS is `required`. */
export async function mountSmallDisk(path: string, megabytes: number): Promise<SmallDisk | undefined> {
  const owner = serverOwner();
  const who = owner ? `,uid=${owner.uid},gid=${owner.gid}` : '';
  await mkdir(path);
  try {
    await promisify(execFile)('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=700${who}`, 'tmpfs', path]);
  } catch (error) {
    await rm(path, { recursive: true });
    if (process.env['SMALL_DISKS'] === 'required') throw error;
    process.stderr.write(`\nTests of a full disk are skipped, nothing can be mounted here: ${String(error).trim()}\n`);
    return undefined;
  }
  return {
    path,
    fill: () => fill(join(path, 'ballast')),
    async unmount() {
      // Where something still lies open on it, it goes when that is closed.
      await promisify(execFile)('umount', [path]).catch(() => promisify(execFile)('umount', ['-l', path]));
      await rm(path, { recursive: true });
    },
  };
}

async function fill(path: string): Promise<() => Promise<void>> {
  const file = await open(path, 'w');
  try {
    for (const block = Buffer.alloc(64 * 1024); ;) await file.writeFile(block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    await file.close();
  }
  return () => rm(path);
}
