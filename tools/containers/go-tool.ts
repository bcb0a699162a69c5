// A tool that there is in Go only: built from its source, once, below .cache, unless it is installed.
import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

export interface GoTool {
  readonly program: string;
  /** Of the packages below. */
  readonly version: string;
  /** What it is made of. Without a file of ours the first is its main package. */
  readonly packages: readonly [string, ...string[]];
  /** A main package of ours. */
  readonly file?: string;
  /** Command and first arguments of one that may be installed, and arguments by which it says that it works. */
  readonly installed?: { readonly command: readonly [string, ...string[]]; readonly probe: readonly string[] };
}

/** Command and first arguments, or why there is none. */
export type FoundGoTool = { readonly command: readonly string[] } | { readonly missing: string };

const run = promisify(execFile);

/** `say` hears of what takes long: to build one takes minutes. */
export async function findGoTool(tool: GoTool, say: (line: string) => void): Promise<FoundGoTool> {
  const { program, version, packages, file, installed } = tool;
  if (installed && (await works(...installed.command, ...installed.probe))) return { command: installed.command };
  const ours = file === undefined ? '' : `-${hash('sha256', await readFile(file, 'utf8')).slice(0, 8)}`; // edited, it is another tool
  const folder = resolve('.cache', `${program}-${version}${ours}`);
  const built = join(folder, program);
  if (existsSync(built)) return { command: [built] };
  if (!(await works('go', 'version'))) {
    return { missing: `there is ${installed ? `neither ${installed.command.join(' ')} nor` : 'no'} Go to build it.` };
  }
  say(`Building ${program} ${version} …`);
  const at = { cwd: folder, maxBuffer: 16 * 1024 * 1024 };
  try {
    await rm(folder, { recursive: true, force: true }); // what a build that was cut short has left is no beginning
    await mkdir(folder, { recursive: true });
    if (file !== undefined) await copyFile(file, join(folder, 'main.go'));
    await run('go', ['mod', 'init', 'built'], at);
    await run('go', ['get', ...packages.map((one) => `${one}@${version}`)], at);
    await run('go', ['build', '-o', built, file === undefined ? packages[0] : '.'], at);
    return { command: [built] };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    return { missing: `${program} ${version} could not be built: ${(error as Error).message.trim().slice(0, 300)}` };
  }
}

function works(file: string, ...args: readonly string[]): Promise<boolean> {
  return run(file, [...args], { timeout: 30_000 }).then(
    () => true,
    () => false,
  );
}
