// Asks every process of the fleet the same thing, again and again, until the run is over.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet } from './fleet.js';
import type { Replica } from './replica.js';

const EVERY_MS = 1_000;
const ANSWER_WITHIN_MS = 2_000;

export interface Watched<S> {
  readonly replica: Replica;
  /** By time. */
  readonly samples: readonly S[];
}

export interface FleetWatch<S> {
  /** What was seen. */
  end(): Promise<readonly Watched<S>[]>;
}

/** `look`: undefined where there is nothing to be said, as of a process that is killed or frozen. `atMs` counts from the beginning. */
export function watchFleet<S>(
  fleet: Fleet,
  look: (replica: Replica, atMs: number) => Promise<S | undefined>,
): FleetWatch<S> {
  const began = Date.now();
  const ending = new AbortController();
  const watch = async (replica: Replica): Promise<Watched<S>> => {
    const samples: S[] = [];
    while (!ending.signal.aborted) {
      const sample = await look(replica, Date.now() - began);
      if (sample !== undefined) samples.push(sample);
      await sleep(EVERY_MS, undefined, { signal: ending.signal }).catch(() => undefined);
    }
    return { replica, samples };
  };
  const watching = Promise.all(fleet.all.map(watch));
  return {
    end() {
      ending.abort();
      return watching;
    },
  };
}

/** Undefined where nobody answers in time. */
export async function answerOf(url: string): Promise<{ status: number; text: string } | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    return { status: response.status, text: await response.text() };
  } catch {
    return undefined;
  }
}
