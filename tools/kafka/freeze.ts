// SIGSTOP that has taken effect. kill() returns before every thread of a busy process has heard of it: one of them may still answer.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const STOPPED_WITHIN_MS = 10_000;
const ELSEWHERE_MS = 200;

/** Resolves once no thread of it runs any more. @throws Error when one still does after 10 s. */
export async function freezeProcess(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  if (process.platform !== 'linux') return sleep(ELSEWHERE_MS); // threads are told apart on Linux alone
  for (const deadline = Date.now() + STOPPED_WITHIN_MS; !threadStates(pid).every((state) => 'TZX'.includes(state));) {
    if (Date.now() > deadline) throw new Error(`Process ${pid} still runs ${STOPPED_WITHIN_MS} ms after SIGSTOP.`);
    await sleep(2);
  }
}

/** A letter for each thread that still exists: `man 5 proc_pid_stat`, field 3. */
export function threadStates(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
    try {
      const line = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
      return line.slice(line.lastIndexOf(')') + 2)[0] ?? []; // the name before it may hold anything
    } catch {
      return []; // ended between the two looks
    }
  });
}
