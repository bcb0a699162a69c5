// What faults are committed on, and how long they last.
import { setTimeout as sleep } from 'node:timers/promises';
import type { System } from '../system/system.js';
import type { Fleet } from './fleet.js';
import type { PlannedFault } from './plan.js';

export interface Ground {
  readonly system: System;
  readonly fleet: Fleet;
  /** One line, as it happens. */
  readonly say: (line: string) => void;
  /** Of something that must not be, whatever else goes on. */
  readonly complain: (sentence: string) => void;
  readonly signal: AbortSignal;
}

/** @throws Error when the run is over. */
export async function lasts({ lastsMs }: PlannedFault, { signal }: Ground): Promise<void> {
  await sleep(lastsMs, undefined, { signal });
}
