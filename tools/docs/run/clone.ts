// A clone as a reader has it: the tracked files as they are in the working tree, one commit, in a folder of its own.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Clone {
  readonly folder: string;
  remove(): Promise<void>;
}

/**
 * With `modules` it gets the installed packages too, as hard links: nothing is downloaded, and nothing of it may be edited in place. And what
 * was built from the same sources, so that not every page has to wait for a build.
 */
export async function makeClone(root: string, { modules }: { readonly modules: boolean }): Promise<Clone> {
  const folder = await mkdtemp(join(tmpdir(), 'docs-clone-'));
  await chmod(folder, 0o711); // the database may run as another user
  const { stdout } = await run('git', ['ls-files', '-z'], { cwd: root, maxBuffer: 16_000_000 });
  for (const file of stdout.split('\0').filter(Boolean)) {
    if (!(await isFile(join(root, file)))) continue; // deleted, and not yet committed so
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await copyFile(join(root, file), join(folder, file));
  }
  if (modules && existsSync(join(root, 'node_modules'))) await linkModules(root, folder);
  if (modules && existsSync(join(root, 'dist'))) await run('cp', ['-a', join(root, 'dist'), join(folder, 'dist')]);
  const author = ['-c', 'user.name=Reader', '-c', 'user.email=reader@example.com'];
  await run('git', ['init', '--quiet', '--initial-branch=main'], { cwd: folder });
  await run('git', ['add', '--all'], { cwd: folder });
  await run('git', [...author, 'commit', '--quiet', '--message', 'As cloned'], { cwd: folder });
  return { folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }) };
}

async function linkModules(root: string, folder: string): Promise<void> {
  const [from, to] = [join(root, 'node_modules'), join(folder, 'node_modules')];
  await run('cp', ['-al', from, to]).catch(async () => {
    // Another file system, or a cp that has no links.
    await rm(to, { recursive: true, force: true });
    await run('cp', ['-a', from, to]);
  });
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
