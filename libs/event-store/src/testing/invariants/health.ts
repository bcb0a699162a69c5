// I14 Honest health: a process that answers is alive, whatever it depends on; readiness tells of a lost dependency, and of its return, in time.
import { Findings, type Violation } from './violation.js';

/** One question to a process that ran and was not frozen. */
export interface HealthSample {
  /** Milliseconds, of any one clock. */
  readonly atMs: number;
  /** HTTP status. */
  readonly live: number;
  /** HTTP status. */
  readonly ready: number;
}

/** A time in which something that the process needs was away, in milliseconds of the same clock. */
export interface Outage {
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface HealthLimits {
  /** Default 5,000. */
  readonly notReadyWithinMs?: number;
  /** Default 10,000. */
  readonly readyAgainWithinMs?: number;
}

/** `samples` by time. Readiness is judged only where outages are given. */
export function checkHealth(
  process: string,
  samples: readonly HealthSample[],
  outages: readonly Outage[] = [],
  { notReadyWithinMs = 5_000, readyAgainWithinMs = 10_000 }: HealthLimits = {},
): Violation[] {
  const findings = new Findings('I14');
  for (const { atMs, live } of samples)
    if (live !== 200) findings.add('wrong', `${process} said at ${atMs} ms with ${live} that it is not alive.`);
  for (const [index, { fromMs, untilMs }] of outages.entries()) {
    const next = outages[index + 1]?.fromMs ?? Infinity;
    const late = samples.find(({ atMs, ready }) => within(atMs, fromMs + notReadyWithinMs, untilMs) && ready === 200);
    if (late) findings.add('wrong', `${process} said at ${late.atMs} ms that it is ready, without what it needs.`);
    const still = samples.find(({ atMs, ready }) => within(atMs, untilMs + readyAgainWithinMs, next) && ready !== 200);
    if (still)
      findings.add('wrong', `${process} said at ${still.atMs} ms that it is not ready, with all that it needs.`);
  }
  return findings.found;
}

function within(atMs: number, fromMs: number, untilMs: number): boolean {
  return atMs > fromMs && atMs < untilMs;
}
