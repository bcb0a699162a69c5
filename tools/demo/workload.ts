// Plays N orders, a few at a time. One that fails does not stop the others: what went wrong is told at the end.
import { everyScenario, play, type ScenarioName, type Story } from './scenarios.js';
import type { ShopClient } from './shop-client.js';

export interface Played {
  readonly stories: readonly Story[];
  /** Sentences, one for each order that could not be played to its end. */
  readonly troubles: readonly string[];
}

export interface WorkloadOptions {
  readonly orders: number;
  /** Orders at a time, default 8. */
  readonly concurrency?: number;
  /** In turn, default all of them. */
  readonly scenarios?: readonly ScenarioName[];
  /** How long an order may take to be confirmed, in milliseconds, default 60,000. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

export async function playOrders(shop: ShopClient, options: WorkloadOptions): Promise<Played> {
  const { orders, concurrency = 8, scenarios = everyScenario, deadlineMs = 60_000, signal } = options;
  const stories: Story[] = [];
  const troubles: string[] = [];
  let next = 0;
  const customer = async (): Promise<void> => {
    while (next < orders) {
      if (signal?.aborted) return;
      const scenario = scenarios[next++ % scenarios.length]!;
      try {
        stories.push(await play(shop, scenario, deadlineMs, signal));
      } catch (error) {
        troubles.push(`(${scenario}) ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, orders) }, customer));
  signal?.throwIfAborted();
  return { stories, troubles };
}
