// I14 while it goes on: whatever is away, a process that answers at all says that it is alive.
import { checkHealth, type HealthSample, type Violation } from '../../libs/event-store/src/testing/invariants/index.js';
import type { Fleet } from './fleet.js';
import { answerOf, watchFleet } from './watch-fleet.js';

/** `end` says what was wrong. A process that is killed or frozen says nothing, and that is no answer; nor is what one says that is stopping. */
export function watchLiveness(fleet: Fleet): { end(): Promise<Violation[]> } {
  const watch = watchFleet(fleet, async (replica, atMs): Promise<HealthSample | undefined> => {
    const live = (await answerOf(`${replica.url}/health/live`))?.status;
    return live === undefined || replica.isLeaving ? undefined : { atMs, live, ready: live };
  });
  return {
    async end() {
      return (await watch.end()).flatMap(({ replica, samples }) => checkHealth(replica.name, samples));
    },
  };
}
