// What was reached before, in bench/reached.json: a run that falls well below it says so. Ratios of two runs differ by some percent on a quiet machine.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkResult } from './work.js';

const FILE = join(import.meta.dirname, '../reached.json');

/** By how much a median may fall short of what was reached. */
const TOLERANCE = 0.15;

/** `work inFlight` → median ratio. */
type Reached = Record<string, number>;

/** Keeps the ratios for later runs. */
export async function saveReached(results: readonly WorkResult[]): Promise<void> {
  const reached = {
    ...(await readReached()),
    ...Object.fromEntries(results.map((result) => [nameOf(result), ratioOf(result)])),
  };
  await writeFile(FILE, `${JSON.stringify(reached, undefined, 2)}\n`);
}

/** A line for each work that has become slower; none when all is well. */
export async function regressions(results: readonly WorkResult[]): Promise<string[]> {
  return findRegressions(results, await readReached());
}

export function findRegressions(results: readonly WorkResult[], reached: Reached): string[] {
  return results.flatMap((result) => {
    const [before, now] = [reached[nameOf(result)], ratioOf(result)];
    if (before === undefined) return [];
    const limit = before * (result.lessIsBetter ? 1 + TOLERANCE : 1 - TOLERANCE);
    if (result.lessIsBetter ? now <= limit : now >= limit) return [];
    return [
      `${nameOf(result)}: ${now} of ${result.standings[0]!.name}, was ${before}; the limit is ${limit.toFixed(2)}`,
    ];
  });
}

async function readReached(): Promise<Reached> {
  return JSON.parse(await readFile(FILE, 'utf8').catch(() => '{}')) as Reached;
}

function nameOf({ work, inFlight }: WorkResult): string {
  return `${work} ${inFlight}`;
}

function ratioOf({ standings }: WorkResult): number {
  return Math.round(standings[1]!.ratio * 100) / 100;
}
