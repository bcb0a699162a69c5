// I14 while it goes on: whatever is away, a process says that it is alive, and says it at all.
import { checkHealth, type Violation } from '../../libs/event-store/src/testing/invariants/index.js';
import type { Fleet } from './fleet.js';
import { checkSilence, type Listened } from './silence.js';
import { answerOf, watchFleet } from './watch-fleet.js';

/** `end` says what was wrong. A process that is killed or frozen says nothing, and that is no answer; nor is what one says that is stopping. */
export function watchLiveness(fleet: Fleet): { end(): Promise<Violation[]> } {
  const watch = watchFleet(fleet, async (replica, atMs): Promise<Listened> => {
    const wasServing = replica.serving;
    const live = (await answerOf(`${replica.url}/health/live`))?.status;
    return { atMs, live, isServing: wasServing && replica.serving && !replica.isLeaving };
  });
  return {
    async end() {
      return (await watch.end()).flatMap(({ replica, samples }) => [
        ...checkHealth(replica.name, samples.flatMap(answered)),
        ...checkSilence(replica.name, samples),
      ]);
    },
  };
}

function answered({ atMs, live, isServing }: Listened) {
  return live === undefined || !isServing ? [] : [{ atMs, live, ready: live }];
}
