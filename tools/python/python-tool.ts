// A program from PyPI, in an environment of its own below .cache: installed at first use, found again later.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

export interface PythonTool {
  /** As PyPI calls it. */
  readonly package: string;
  readonly version: string;
  /** As it is called. */
  readonly program: string;
}

/** The program to run, or why there is none. */
export type Found = { readonly command: string } | { readonly missing: string };

const run = promisify(execFile);

/** `say` hears of what takes long. */
export async function findPythonTool(tool: PythonTool, say: (line: string) => void): Promise<Found> {
  const folder = resolve('.cache', `${tool.package}-${tool.version}`);
  const command = join(folder, 'bin', tool.program);
  if (existsSync(command)) return { command };
  say(`Installing ${tool.package} ${tool.version} …`);
  try {
    await run('python3', ['-m', 'venv', folder]);
    await run(join(folder, 'bin', 'pip'), ['install', '--quiet', '--no-compile', `${tool.package}==${tool.version}`]);
    return { command };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    const first = (error as Error).message.trim().split('\n').slice(0, 3).join(' ');
    return { missing: `${tool.package} needs Python 3.10 or later with venv and pip, and PyPI. ${first}` };
  }
}
