// Carries the plan out: each fault at its time, and nothing before its victim is mended of the last one.
import { setTimeout as sleep } from 'node:timers/promises';
import { commit } from './faults.js';
import type { Ground } from './ground.js';
import type { Lanes } from './lanes.js';
import { victimOf, type PlannedFault } from './plan.js';

export interface StormOptions {
  readonly lanes: Lanes;
  /** Ends the run: a fault could not be committed, or not be mended. */
  readonly giveUp: (reason: unknown) => void;
}

/** Resolves when the last of them is mended, with those that hit something. @throws the Error of one that could not be, when nothing goes on any more. */
export async function storm(
  plan: readonly PlannedFault[],
  ground: Ground,
  { lanes, giveUp }: StormOptions,
): Promise<PlannedFault[]> {
  const committed: PlannedFault[] = [];
  const start = Date.now();
  const faults = plan.map(async (fault) => {
    try {
      await sleep(Math.max(0, start + fault.atMs - Date.now()), undefined, { signal: ground.signal });
      await lanes.run(victimOf(fault), async () => {
        if (await commit(fault, ground)) committed.push(fault);
      });
    } catch (error) {
      giveUp(error); // the first one counts
      throw error;
    }
  });
  await Promise.allSettled(faults);
  await lanes.idle();
  ground.signal.throwIfAborted();
  return committed;
}
