// A service on a machine whose clock is wrong: what its process is started with.
import { fileURLToPath, pathToFileURL } from 'node:url';

export const HOUR_MS = 3_600_000;

export interface Skew {
  /** Negative: behind. */
  readonly offsetMs?: number;
  /** How fast it goes, from the start of the process on. */
  readonly rate?: number;
}

export function skewed({ offsetMs = 0, rate = 1 }: Skew): Record<string, string> {
  const preload = pathToFileURL(fileURLToPath(new URL('skewed-clock.mjs', import.meta.url))).href;
  return { NODE_OPTIONS: `--import ${preload}`, CLOCK_OFFSET_MS: String(offsetMs), CLOCK_RATE: String(rate) };
}
