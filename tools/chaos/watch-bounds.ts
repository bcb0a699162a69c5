// I12 while it goes on: what each process says at /metrics of its memory, its event loop, and of calls that wait for a connection.
import {
  checkBounded,
  usualEventLoopP99Ms,
  type LoadSample,
  type Violation,
} from '../../libs/event-store/src/testing/invariants/index.js';
import { samplesOf, sumOf } from '../metrics/text-format.js';
import type { Fleet } from './fleet.js';
import type { Replica } from './replica.js';
import { answerOf, watchFleet } from './watch-fleet.js';

export interface Bounds {
  readonly violations: readonly Violation[];
  /** The most that one process had, in bytes. */
  readonly memoryBytes: number;
  /** Of the process in which it was latest, as `usualEventLoopP99Ms` has it. */
  readonly eventLoopP99Ms: number;
}

export function watchBounds(fleet: Fleet): { end(): Promise<Bounds> } {
  /** Nobody had touched it when it was asked last: what it says now is of a second in which it could run. */
  const untouched = new Map<Replica, boolean>();
  const watch = watchFleet(fleet, async (replica, atMs): Promise<LoadSample | undefined> => {
    const { metricsUrl } = replica;
    const runs = (): boolean => replica.serving && !replica.isLeaving;
    const ran = (untouched.get(replica) ?? false) && runs();
    untouched.set(replica, runs());
    const answer = metricsUrl === undefined ? undefined : await answerOf(metricsUrl);
    if (answer?.status !== 200) return undefined;
    const samples = samplesOf(answer.text);
    const memoryBytes = sumOf(samples, 'process_memory_usage_bytes');
    const late = ran && runs() ? sumOf(samples, 'nodejs_eventloop_delay_p99_seconds') * 1_000 : undefined;
    const waiting = sumOf(samples, 'db_client_connection_pending_requests');
    return { atMs, memoryBytes, waiting, eventLoopP99Ms: late };
  });
  return {
    async end() {
      const watched = await watch.end();
      const all = watched.flatMap(({ samples }) => samples.map(({ memoryBytes }) => memoryBytes));
      return {
        violations: watched.flatMap(({ replica, samples }) => checkBounded(replica.name, samples)),
        memoryBytes: Math.max(0, ...all),
        eventLoopP99Ms: Math.max(0, ...watched.map(({ samples }) => usualEventLoopP99Ms(samples))),
      };
    },
  };
}
