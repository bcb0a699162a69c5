// A fresh git history: the branch becomes one commit. The files are not touched, and other branches, tags and remotes stay.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export interface History {
  /** Undefined when there is no repository yet. */
  readonly branch: string | undefined;
  readonly commits: number;
  readonly isClean: boolean;
}

const FIRST_BRANCH = 'main';

/** @throws Error no branch is checked out */
export function readHistory(root: string): History {
  if (!existsSync(join(root, '.git'))) return { branch: undefined, commits: 0, isClean: true };
  const branch = git(root, 'symbolic-ref', '--quiet', '--short', 'HEAD');
  if (branch === undefined)
    throw new Error('--fresh-history: no branch is checked out. Check one out first: git switch main.');
  return {
    branch,
    commits: Number(git(root, 'rev-list', '--count', 'HEAD') ?? 0),
    isClean: git(root, 'status', '--porcelain') === '',
  };
}

/** What stands in the way, before anything has changed. @throws Error with the way out */
export function checkFreshHistory(root: string, { isClean }: History): void {
  if (!isClean) {
    throw new Error(
      '--fresh-history: some changes are not committed, and the old history would no longer tell them apart. Commit or stash them first (git status).',
    );
  }
  if (git(root, 'var', 'GIT_COMMITTER_IDENT') === undefined) {
    throw new Error(
      '--fresh-history: git does not know who you are. Set user.name and user.email: git config --global user.name "…".',
    );
  }
}

/** All files as they lie there become the one commit of the branch. */
export function replaceHistory(root: string, message: string): void {
  if (!existsSync(join(root, '.git'))) required(root, 'init', '--quiet', `--initial-branch=${FIRST_BRANCH}`);
  required(root, 'add', '--all');
  const tree = required(root, 'write-tree');
  const commit = required(root, 'commit-tree', tree, '-m', message);
  required(root, 'update-ref', '-m', 'init: fresh history', 'HEAD', commit);
}

/** What git prints, or undefined when it fails. */
function git(root: string, ...args: readonly string[]): string | undefined {
  try {
    return required(root, ...args);
  } catch {
    return undefined;
  }
}

function required(root: string, ...args: readonly string[]): string {
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  return execFileSync('git', args, {
    cwd: root,
    encoding: 'utf8',
    stdio: [...stdio],
    maxBuffer: 64 * 1024 * 1024,
  }).trim();
}
