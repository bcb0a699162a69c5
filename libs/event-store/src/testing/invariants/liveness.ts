// I15 Liveness: some time after the last fault nothing lags any more, and nobody had to help.
import { notAtRest } from './at-rest.js';
import type { SystemState } from './topology.js';
import { Findings, type Violation } from './violation.js';

/**
 * Everything that still lags in a state read `afterMs` milliseconds after the faults stopped. For who polls: read the state until this is
 * empty twice with the same `fingerprint`, and give the last answer when the time is over.
 */
export function checkLiveness(system: SystemState, afterMs: number): Violation[] {
  const findings = new Findings('I15');
  for (const lag of notAtRest(system)) findings.add('unfinished', `${lag}, ${afterMs} ms after the last fault.`);
  return findings.found;
}
