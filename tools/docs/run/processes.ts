// Ends what a page has started: a process group as Ctrl-C does, and whatever left its group by a mark in its environment.
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** `npm start` stops its services within that. */
const PATIENCE_MS = 30_000;

export async function endGroup(leader: number, signal: 'SIGINT' | 'SIGTERM'): Promise<void> {
  if (!send(-leader, signal)) return;
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await sleep(100)) if (!send(-leader, 0)) return;
  send(-leader, 'SIGKILL');
}

/** Linux only: elsewhere nothing is found. The command lines of what had to be ended. */
export async function endLeftovers(mark: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc').catch(() => [])).map(Number).filter((number) => number > 0)) {
    if (pid === process.pid || !(await environmentHas(pid, mark))) continue;
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (!send(pid, 'SIGKILL')) continue;
    found.push(command.replaceAll('\0', ' ').trim() || `process ${pid}`);
  }
  return found;
}

async function environmentHas(pid: number, mark: string): Promise<boolean> {
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  return environment.split('\0').includes(mark);
}

function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false; // gone already
  }
}
