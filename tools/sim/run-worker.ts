// Starts workers, and hears what came of their runs.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { WorkerReport } from './worker.js';

export interface Stretch {
  readonly from: number;
  readonly count: number;
  /** Seeds with violations after which it ends. */
  readonly mostFound: number;
}

/** `folder`: the compiled copy whose engines run. @throws Error when the worker ends without a report. */
export function runWorker(folder: string, { from, count, mostFound }: Stretch): Promise<WorkerReport> {
  const args = [join('tools', 'sim', 'worker.js'), ...[from, count, mostFound].map(String)];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
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
