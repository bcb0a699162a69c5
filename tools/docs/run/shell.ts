// One bash for a whole page, so that variables, functions and cd survive from block to block. Blocks come as files and read no input.
import { spawn } from 'node:child_process';
import { readFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { endGroup, endLeftovers } from './processes.js';
import { Transcript, type Outcome } from './transcript.js';

export interface RunOptions {
  readonly timeoutMs: number;
  /** A failing command ends the script but not the shell. Else the first one ends both, as the page ends there. */
  readonly mayFail?: boolean;
}

export interface Background {
  output(): Promise<string>;
  /** Undefined while it runs. */
  code(): Promise<number | undefined>;
}

export interface PageShell {
  run(script: string, options: RunOptions): Promise<Outcome>;
  /** Starts a script beside the shell, in a process group of its own. */
  start(script: string): Promise<Background>;
  /** Ends everything: as Ctrl-C does, and by force when that is not enough. Says what was left running besides. */
  close(): Promise<readonly string[]>;
}

/** In the environment of everything a page starts: how leftovers are found. */
const MARK = 'DOCS_RUN_ID';
const SHORT_MS = 10_000;

export async function openShell(folder: string, setUp = ''): Promise<PageShell> {
  const scratch = await mkdtemp(join(tmpdir(), 'docs-shell-'));
  const mark = basename(scratch);
  const shell = spawn('bash', ['--noprofile', '--norc'], {
    cwd: folder,
    env: { ...readersEnvironment(), [MARK]: mark, NO_COLOR: '1' },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const transcript = new Transcript(shell);
  const groups: number[] = [];
  let count = 0;

  const run = async (script: string, { timeoutMs, mayFail = false }: RunOptions): Promise<Outcome> => {
    const file = join(scratch, `${(count += 1)}.sh`);
    await writeFile(file, `${script}\n`);
    const source = mayFail ? `set +e; (exit 0); . '${file}' < /dev/null` : `set -e; . '${file}' < /dev/null`;
    return transcript.of(`${source}\n`, timeoutMs);
  };
  if (setUp !== '') await run(setUp, { timeoutMs: SHORT_MS });

  return {
    run,
    async start(script) {
      const file = join(scratch, `${(count += 1)}-background`);
      await writeFile(`${file}.sh`, `${script}\n`);
      const job = `( trap 'echo $? > ${file}.code' EXIT; . '${file}.sh' )`;
      await run(`set -m; ${job} < /dev/null > '${file}.log' 2>&1 & echo $! > '${file}.pid'\nset +m`, {
        timeoutMs: SHORT_MS,
      });
      groups.push(Number(await readFile(`${file}.pid`, 'utf8')));
      const read = (ending: string) => readFile(`${file}.${ending}`, 'utf8').catch(() => '');
      return {
        output: () => read('log'),
        code: async () => {
          const text = await read('code');
          return text === '' ? undefined : Number(text);
        },
      };
    },
    async close() {
      for (const group of groups.toReversed()) await endGroup(group, 'SIGINT');
      if (shell.pid !== undefined) await endGroup(shell.pid, 'SIGTERM');
      const left = await endLeftovers(`${MARK}=${mark}`);
      await rm(scratch, { recursive: true, force: true });
      return left;
    },
  };
}

/** Ours without what npm adds for its scripts: a reader's shell has none of it. */
function readersEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$|NODE_OPTIONS$|VITEST)/.test(name));
  return Object.fromEntries(own);
}
