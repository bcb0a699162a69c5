// I14 while it goes on: whatever is away, a process that answers at all says that it is alive.
import { setTimeout as sleep } from 'node:timers/promises';
import { checkHealth, type HealthSample, type Violation } from '../../libs/event-store/src/testing/invariants/index.js';
import type { Fleet } from './fleet.js';
import type { Replica } from './replica.js';

const EVERY_MS = 1_000;
const ANSWER_WITHIN_MS = 2_000;

/** `end` says what was wrong. A process that is killed or frozen says nothing, and that is no answer; nor is what one says that is stopping. */
export function watchLiveness(fleet: Fleet): { end(): Promise<Violation[]> } {
  const began = Date.now();
  const ending = new AbortController();
  const watch = async (replica: Replica): Promise<Violation[]> => {
    const samples: HealthSample[] = [];
    while (!ending.signal.aborted) {
      const atMs = Date.now() - began;
      const live = await statusOf(`${replica.url}/health/live`);
      if (live !== undefined && !replica.isLeaving) samples.push({ atMs, live, ready: live });
      await sleep(EVERY_MS, undefined, { signal: ending.signal }).catch(() => undefined);
    }
    return checkHealth(replica.name, samples);
  };
  const watching = Promise.all(fleet.all.map(watch));
  return {
    async end() {
      ending.abort();
      return (await watching).flat();
    },
  };
}

async function statusOf(url: string): Promise<number | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    await response.body?.cancel();
    return response.status;
  } catch {
    return undefined;
  }
}
