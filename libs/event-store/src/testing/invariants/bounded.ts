// I12 Bounded: whatever is away, a process does not pile up what it cannot get rid of. That nothing was thrown past everybody, its exit code says.
import { Findings, type Violation } from './violation.js';

/** What one process said of itself, e.g. at /metrics. */
export interface LoadSample {
  /** Milliseconds, of any one clock. */
  readonly atMs: number;
  /** Resident. */
  readonly memoryBytes: number;
  /** Calls that wait for a connection to the database. */
  readonly waiting: number;
}

export interface LoadLimits {
  /** Default 512 MiB. */
  readonly memoryBytes?: number;
  /** Default 500. */
  readonly waiting?: number;
}

const MIB = 1024 * 1024;

/** A process is judged once for each limit, at its worst. */
export function checkBounded(
  process: string,
  samples: readonly LoadSample[],
  { memoryBytes = 512 * MIB, waiting = 500 }: LoadLimits = {},
): Violation[] {
  const findings = new Findings('I12');
  const worst = (of: 'memoryBytes' | 'waiting'): LoadSample | undefined =>
    samples.reduce<LoadSample | undefined>((most, one) => (most && most[of] >= one[of] ? most : one), undefined);
  const largest = worst('memoryBytes');
  if (largest && largest.memoryBytes > memoryBytes) {
    const [has, may] = [largest.memoryBytes, memoryBytes].map((bytes) => `${Math.round(bytes / MIB)} MiB`);
    findings.add('wrong', `${process} had ${has} of memory at ${largest.atMs} ms, and may have ${may}.`);
  }
  const longest = worst('waiting');
  if (longest && longest.waiting > waiting) {
    const sentence = `${process} had ${longest.waiting} calls waiting for a connection at ${longest.atMs} ms, and may have ${waiting}.`;
    findings.add('wrong', sentence);
  }
  return findings.found;
}
