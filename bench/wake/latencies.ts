// Latencies between processes of one machine: the monotonic clock is the same for all of them.
import { median } from '../lab/rounds.js';

/** Microseconds of the monotonic clock (CLOCK_MONOTONIC on Linux). */
export function nowUs(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}

export interface Latencies {
  readonly p50: number;
  readonly p99: number;
}

/** Of latencies in microseconds. */
export function latenciesOf(measured: readonly number[]): Latencies {
  const sorted = [...measured].sort((a, b) => a - b);
  return { p50: median(sorted), p99: sorted[Math.floor(sorted.length * 0.99)]! };
}
