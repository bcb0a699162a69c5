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
  /**
   * How late the latest hundredth of the event loop's turns since the last sample was, in milliseconds. Undefined where it says nothing about the
   * process: it was stopped meanwhile, or had just begun.
   */
  readonly eventLoopP99Ms?: number | undefined;
}

export interface LoadLimits {
  /** Default 512 MiB. */
  readonly memoryBytes?: number;
  /** Default 500. */
  readonly waiting?: number;
  /** Default 200. */
  readonly eventLoopP99Ms?: number;
}

const MIB = 1024 * 1024;
/** Samples that say too little. */
const FEW = 5;

/** A process is judged once for each limit, at its worst. */
export function checkBounded(
  process: string,
  samples: readonly LoadSample[],
  { memoryBytes = 512 * MIB, waiting = 500, eventLoopP99Ms = 200 }: LoadLimits = {},
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
  const late = usualEventLoopP99Ms(samples);
  if (late > eventLoopP99Ms) {
    const sentence = `${process} had an event loop that was ${Math.round(late)} ms late or more in half of its samples (p99), and may be ${eventLoopP99Ms}.`;
    findings.add('wrong', sentence);
  }
  return findings.found;
}

/**
 * The median of what the samples say; 0 where fewer than {@link FEW} say anything. A sample is of a second or so, in which one pause is a hundredth of all
 * turns: that half of the samples have one is what a hundredth of all turns comes to, and a single pause on a machine that is busy is not.
 */
export function usualEventLoopP99Ms(samples: readonly LoadSample[]): number {
  const all = samples.flatMap(({ eventLoopP99Ms: late }) => (late === undefined ? [] : [late])).sort((a, b) => a - b);
  return all.length < FEW ? 0 : all[Math.floor(all.length / 2)]!;
}
