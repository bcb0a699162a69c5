// Carries out what was planned, where nothing that is not committed can be lost.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Removal } from './removal.js';

/** Files of the plan that git could not give back as they are. @throws Error when the folder is no git repository. */
export function uncommitted(root: string, { deletes, edits }: Removal): string[] {
  const paths = [...deletes, ...edits.keys()];
  try {
    const args = ['status', '--porcelain', '-z', '--untracked-files=all', '--no-renames', '--', ...paths];
    const status = execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    return status.split('\0').flatMap((line) => (line === '' ? [] : [line.slice(3)]));
  } catch (error) {
    const { stderr } = error as { readonly stderr?: string };
    throw new Error(`git cannot say whether all is committed: ${(stderr ?? String(error)).trim()}`, { cause: error });
  }
}

export function apply(root: string, { deletes, edits }: Removal): void {
  for (const [file, text] of edits) writeFileSync(join(root, file), text);
  for (const path of deletes) {
    rmSync(join(root, path), { recursive: true });
    removeEmpty(root, dirname(path));
  }
}

/** The folder, and those above it, as long as nothing is in them. */
function removeEmpty(root: string, folder: string): void {
  if (folder === '.' || !existsSync(join(root, folder)) || readdirSync(join(root, folder)).length > 0) return;
  rmdirSync(join(root, folder));
  removeEmpty(root, dirname(folder));
}
