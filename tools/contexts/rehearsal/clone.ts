// A copy of the working tree to try things in: what git tracks, as it lies here, with a history of its own to tell what changed.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Clone {
  readonly folder: string;
  /** Output goes to the terminal. @throws Error when the command fails. */
  readonly run: (command: string, ...args: readonly string[]) => void;
  /** What the command prints. @throws Error when it fails. */
  readonly output: (command: string, ...args: readonly string[]) => string;
  /** As people do before they have something taken out. */
  readonly commit: () => void;
  /** As the copy was made, but for what git ignores. */
  readonly startAgain: () => void;
  /** A hash of everything that is there, to compare with another moment. */
  readonly state: () => string;
  readonly remove: () => void;
}

export function cloneWorkingTree(): Clone {
  const folder = mkdtempSync(join(tmpdir(), 'rehearsal-'));
  const output = (command: string, args: readonly string[], cwd: string): string =>
    execFileSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const git = (...args: readonly string[]): string =>
    output('git', ['-c', 'user.name=rehearsal', '-c', 'user.email=rehearsal@localhost', ...args], folder);

  const tracked = output('git', ['ls-files', '-z'], '.').split('\0');
  for (const file of tracked.filter((path) => path !== '' && existsSync(path))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    copyFileSync(file, join(folder, file));
  }
  copyModules(folder);
  git('init', '--quiet');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'As it was');
  const start = git('rev-parse', 'HEAD').trim();
  return {
    folder,
    run: (command, ...args) => void execFileSync(command, args, { cwd: folder, stdio: 'inherit' }),
    output: (command, ...args) => output(command, args, folder),
    commit: () => {
      git('add', '--all');
      git('commit', '--quiet', '--allow-empty', '--message', 'One step on');
    },
    startAgain: () => {
      git('reset', '--quiet', '--hard', start);
      git('clean', '--quiet', '--force', '-d');
    },
    state: () => {
      git('add', '--all');
      const tree = git('write-tree').trim();
      git('reset', '--quiet');
      return tree;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** As hard links where the file system has them: nothing writes into node_modules. */
function copyModules(folder: string): void {
  const target = join(folder, 'node_modules');
  try {
    execFileSync('cp', ['-al', 'node_modules', target], { stdio: 'ignore' });
  } catch {
    rmSync(target, { recursive: true, force: true });
    execFileSync('cp', ['-R', 'node_modules', target]);
  }
}
