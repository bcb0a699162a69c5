// I12 while it goes on: what each process says at /metrics of its memory, and of calls that wait for a connection.
import { checkBounded, type LoadSample, type Violation } from '../../libs/event-store/src/testing/invariants/index.js';
import { samplesOf, sumOf } from '../metrics/text-format.js';
import type { Fleet } from './fleet.js';
import { answerOf, watchFleet } from './watch-fleet.js';

export interface Bounds {
  readonly violations: readonly Violation[];
  /** The most that one process had, in bytes. */
  readonly memoryBytes: number;
}

export function watchBounds(fleet: Fleet): { end(): Promise<Bounds> } {
  const watch = watchFleet(fleet, async ({ metricsUrl }, atMs): Promise<LoadSample | undefined> => {
    const answer = metricsUrl === undefined ? undefined : await answerOf(metricsUrl);
    if (answer?.status !== 200) return undefined;
    const samples = samplesOf(answer.text);
    const memoryBytes = sumOf(samples, 'process_memory_usage_bytes');
    return { atMs, memoryBytes, waiting: sumOf(samples, 'db_client_connection_pending_requests') };
  });
  return {
    async end() {
      const watched = await watch.end();
      const all = watched.flatMap(({ samples }) => samples.map(({ memoryBytes }) => memoryBytes));
      return {
        violations: watched.flatMap(({ replica, samples }) => checkBounded(replica.name, samples)),
        memoryBytes: Math.max(0, ...all),
      };
    },
  };
}
