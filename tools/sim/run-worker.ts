// Starts workers, and hears what came of their runs.
import { spawn } from 'node:child_process';
import type { Portion } from './portions.js';
import type { WorkerReport } from './worker.js';

/** Runs make garbage that is dead within a run: room for it (in MiB), and no threads that collect it beside the other workers, of which there is one for each core. */
const FOR_GARBAGE = ['--min-semi-space-size=16', '--max-semi-space-size=64', '--single-threaded-gc'];

/** `worker`: the packed file whose engines run. @throws Error when the worker ends without a report. */
export function runWorker(
  worker: string,
  { portions, mostFound }: { readonly portions: Iterator<Portion, void>; readonly mostFound: number },
): Promise<WorkerReport> {
  return new Promise((resolve, reject) => {
    const args = [...FOR_GARBAGE, worker, String(mostFound)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    let out = '';
    let err = '';
    child.stdout!.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr!.on('data', (chunk: Buffer) => (err += chunk.toString()));
    // It asks with any message; 'done' tells that there are no more. One that is gone meanwhile is told of by `close`.
    child.on('message', () => child.send(portions.next().value ?? 'done', () => undefined));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(out) as WorkerReport);
      else reject(new Error(`A worker of the simulation ended with ${code}:\n${err.trim()}`));
    });
  });
}

/** All jobs, so many at a time; their results in order. */
export async function inLanes<T>(lanes: number, jobs: readonly ((lane: number) => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const lane = async (number: number): Promise<void> => {
    while (next < jobs.length) {
      const index = next;
      next += 1;
      results[index] = await jobs[index]!(number);
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)));
  return results;
}
