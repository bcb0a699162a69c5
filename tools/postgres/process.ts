// Starting programs as the server's user, and asking whether a process is still there.
import { type ChildProcess, type StdioOptions, execFile, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ServerOwner } from './owner.js';

/** Own process group: Ctrl-C in a terminal must reach the services first, the database is stopped after them. */
export function spawnAs(
  file: string,
  args: string[],
  owner: ServerOwner | undefined,
  stdio: StdioOptions,
): ChildProcess {
  const env = { PATH: process.env['PATH'], TZ: 'UTC', LC_ALL: 'C', LC_MESSAGES: 'C' };
  return spawn(file, args, { cwd: '/', env, detached: true, stdio, ...owner });
}

/** @throws Error with everything the program said, when it does not end with 0. */
export async function runToEnd(
  file: string,
  args: string[],
  owner: ServerOwner | undefined,
  fd: number | undefined,
): Promise<void> {
  const child = spawnAs(file, args, owner, ['ignore', 'pipe', 'pipe', ...(fd === undefined ? [] : [fd])]);
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`Cannot start ${file}: ${error.message}`)));
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${file} ended with ${code}:\n${output.trim()}`);
}

/** EPERM means: it lives, and belongs to somebody else. A zombie, as containers without an init keep them, is dead. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  if (process.platform !== 'linux') return true;
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false; // gone between the two questions
  }
}

/** After a reboot the number in a pid file may belong to any program; this asks for its name. */
export async function isPostgres(pid: number): Promise<boolean> {
  const name = await promisify(execFile)('ps', ['-p', String(pid), '-o', 'comm=']).then(
    ({ stdout }) => stdout,
    (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? 'postgres?' : ''), // no `ps` here: do not touch it
  );
  return name.includes('postgres');
}

/** Returns false when it is still there after `timeoutMs`. */
export async function waitForEnd(pid: number, timeoutMs: number): Promise<boolean> {
  for (const deadline = Date.now() + timeoutMs; isAlive(pid); await sleep(10)) {
    if (Date.now() > deadline) return false;
  }
  return true;
}

/** On Linux. */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const line = /^\d+$/.test(name) ? readFileSync(`/proc/${name}/stat`, 'utf8') : '';
      return line.slice(line.lastIndexOf(')') + 4).startsWith(`${pid} `) ? [Number(name)] : [];
    } catch {
      return []; // ended between the two looks
    }
  });
}
