// Orders at a steady rate, whatever the system does meanwhile: who gets no answer asks again, and new customers come all the same.
import { setTimeout as sleep } from 'node:timers/promises';
import { play, withoutTimeouts, type Story } from '../demo/scenarios.js';
import { later, statusOf, type ShopClient } from '../demo/shop-client.js';
import { randomFrom } from '../../libs/event-store/src/testing/random.js';

export interface LoadOptions {
  readonly shop: ShopClient;
  /** What customers do comes from it, too. */
  readonly seed: number;
  readonly ordersPerSecond: number;
  /** New orders come for so long, in milliseconds. */
  readonly forMs: number;
  /** How long an order may take to be confirmed, in milliseconds. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

export interface Load {
  readonly begun: () => number;
  readonly ended: () => number;
  /** Resolves when every story has come to an end, good or bad. */
  readonly done: Promise<Told>;
}

export interface Told {
  readonly stories: readonly Story[];
  /** Stories that broke off because nobody answered in time. Bad luck under faults, and no violation. */
  readonly troubles: readonly string[];
  /** Answers that must not be, whatever else goes on: anything but a yes, 503 or 408. */
  readonly wrongAnswers: readonly string[];
}

export function startLoad({ shop, seed, ordersPerSecond, forMs, deadlineMs, signal }: LoadOptions): Load {
  const random = randomFrom(seed);
  const stories: Story[] = [];
  const troubles: string[] = [];
  const wrongAnswers: string[] = [];
  const customers: Promise<void>[] = [];
  let ended = 0;

  const customer = async (): Promise<void> => {
    const scenario = random.pick(withoutTimeouts);
    try {
      stories.push(await play(shop, scenario, deadlineMs, signal));
    } catch (error) {
      const sentence = `(${scenario}) ${error instanceof Error ? error.message : String(error)}`;
      (later(statusOf(error)) ? troubles : wrongAnswers).push(sentence);
    } finally {
      ended += 1;
    }
  };
  const come = async (): Promise<Told> => {
    const start = Date.now();
    for (let next = 0; next < forMs && !signal.aborted; next += 1000 / ordersPerSecond) {
      const early = start + next - Date.now();
      if (early > 0) await sleep(early, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) customers.push(customer());
    }
    await Promise.all(customers);
    return { stories, troubles, wrongAnswers };
  };
  return { begun: () => customers.length, ended: () => ended, done: come() };
}
