// Files that record what binds, in git so that a change shows: what the last commit says, and the text that is written.
import { spawnSync } from 'node:child_process';
import * as prettier from 'prettier';

/** As of the last commit: an empty object where that has no such file, undefined where there is no repository. */
export function committedIn(root: string, file: string): object | undefined {
  const git = (...args: string[]) => spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  if (git('rev-parse', '--git-dir').status !== 0) return undefined;
  const { status, stdout } = git('show', `HEAD:./${file}`);
  return status === 0 ? (JSON.parse(stdout) as object) : {};
}

/** As prettier wants it, so that the check of formats agrees. */
export function recordedText(recorded: object): Promise<string> {
  return prettier.format(JSON.stringify(recorded, null, 2), { parser: 'json', printWidth: 120 });
}
