// A copy of the tree to break things in: the real one is never touched.
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A bug that somebody will make one day: a text that is in its file exactly once, replaced. */
export interface Breakage {
  /** What the bug is. */
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export class Workshop {
  protected constructor(readonly folder: string) {}

  /** A folder of its own with these files and folders of the project. */
  static async copyOf(paths: readonly string[]): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'nest-es-mutants-'));
    for (const path of paths) await cp(path, join(folder, path), { recursive: true });
    await symlink(resolve('node_modules'), join(folder, 'node_modules'));
    return folder;
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  /** How often the mutant's text is in its file; anything but once, and the mutant is no longer what it was meant to be. */
  async occurrences({ file, find }: Breakage): Promise<number> {
    return (await readFile(join(this.folder, file), 'utf8')).split(find).length - 1;
  }

  /** Runs `work` with the bug in place, and takes it out again. */
  async with<T>({ file, find, replace }: Breakage, work: () => Promise<T>): Promise<T> {
    const path = join(this.folder, file);
    const sound = await readFile(path, 'utf8');
    await writeFile(
      path,
      sound.replace(find, () => replace),
    );
    try {
      return await work();
    } finally {
      await writeFile(path, sound);
    }
  }
}
