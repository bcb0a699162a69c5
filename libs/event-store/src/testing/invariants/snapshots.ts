// I9 Snapshot: the state that a snapshot and the events after it give is the one that all events give.
import { isDeepStrictEqual } from 'node:util';
import { Findings, type Violation } from './violation.js';

/** The state of one aggregate at its present version, in both ways. */
export interface StateCopies {
  readonly stream: string;
  /** Version of the snapshot, where it is known. */
  readonly snapshotAt?: number;
  readonly throughSnapshot: object;
  readonly replayed: object;
}

export function checkSnapshots(service: string, copies: readonly StateCopies[]): Violation[] {
  const findings = new Findings('I9');
  for (const { stream, snapshotAt, throughSnapshot, replayed } of copies) {
    const snapshot = snapshotAt === undefined ? 'its snapshot' : `a snapshot of version ${snapshotAt}`;
    if (!isDeepStrictEqual(throughSnapshot, replayed))
      findings.add('wrong', `${service}: ${stream} through ${snapshot} is not what its events give.`);
  }
  return findings.found;
}
