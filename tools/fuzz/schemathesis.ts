// Schemathesis from PyPI, in an environment of its own below .cache: installed at first use, found again later.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const VERSION = '4.32.5';
const FOLDER = resolve('.cache', `schemathesis-${VERSION}`);
export const SETTINGS = resolve('tools', 'fuzz', 'schemathesis.toml');

const run = promisify(execFile);

/** The program to run, or why there is none. */
export async function findSchemathesis(
  say: (line: string) => void,
): Promise<{ readonly command: string } | { readonly missing: string }> {
  const command = join(FOLDER, 'bin', 'schemathesis');
  if (existsSync(command)) return { command };
  say(`Installing Schemathesis ${VERSION} …`);
  try {
    await run('python3', ['-m', 'venv', FOLDER]);
    await run(join(FOLDER, 'bin', 'pip'), ['install', '--quiet', `schemathesis==${VERSION}`]);
    return { command };
  } catch (error) {
    await rm(FOLDER, { recursive: true, force: true });
    const first = (error as Error).message.trim().split('\n').slice(0, 3).join(' ');
    return { missing: `Schemathesis needs Python 3.10 or later with venv and pip, and PyPI. ${first}` };
  }
}
