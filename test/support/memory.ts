// I12, bounded: what a process has of memory while something goes on.
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** `mem_limit` of a service in docker-compose.yml. */
export const SERVICE_MEMORY_BYTES = 512 * 1024 * 1024;

/** Resident bytes of a process, ten times a second; on Linux, elsewhere always none. */
export function watchMemory(pid: number): { end(): Promise<number[]> } {
  const sizes: number[] = [0];
  const ending = new AbortController();
  const watch = async (): Promise<void> => {
    for (; !ending.signal.aborted; await sleep(100)) {
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
      sizes.push(Number(/VmRSS:\s*(\d+) kB/.exec(status)?.[1] ?? 0) * 1_024);
    }
  };
  const watching = watch();
  return {
    async end() {
      ending.abort();
      await watching;
      return sizes;
    },
  };
}

/** The last third of the time takes no more than the one before, give or take what a collector leaves lying. True where nothing was read. */
export function settled(sizes: readonly number[]): boolean {
  const third = Math.floor(sizes.length / 3);
  return Math.max(0, ...sizes.slice(-third)) <= Math.max(0, ...sizes.slice(third, -third)) * 1.25;
}
