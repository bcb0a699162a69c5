// What is measured, and what comes out.
import type { CpuMs } from './cpu.js';
import type { Standing } from './rounds.js';

export interface BenchOptions {
  /** Interleaved rounds that count. */
  readonly rounds: number;
  /** How long a contestant works in a round, in milliseconds. */
  readonly roundMs: number;
  /** Whether other packages are installed and measured too. */
  readonly peers: boolean;
  /** How long the long log of `growth` is, default 1,000,000 events. */
  readonly events?: number;
  readonly progress: (result: WorkResult) => void;
}

export interface WorkResult {
  readonly work: string;
  readonly inFlight: number;
  /** The ratio to reach. */
  readonly goal: number;
  /** For latencies. */
  readonly lessIsBetter?: boolean;
  /** Of `perSecond`, where it is no rate. */
  readonly unit?: string;
  /** The first is what the others are measured by, the second the starter. */
  readonly standings: readonly Standing[];
  /** What a unit of the starter's work cost, where it was measured. */
  readonly cpuMs?: CpuMs;
  /** More for people. */
  readonly note?: string;
}
