// Topics are made when the broker can be reached, which may be long after the service has started.
import { UnavailableError, type Clock } from '../core/index.js';
import type { Broker } from './broker.js';
import type { TopicContract } from './integration-event.js';

export interface TopicSetupOptions {
  readonly broker: Broker;
  readonly contracts: readonly TopicContract[];
  readonly clock: Clock;
  /** Gives up, resolving. */
  readonly signal: AbortSignal;
  /** Time between attempts in milliseconds, default 1,000. */
  readonly everyMs?: number;
}

/** Resolves once all topics are there. @throws ConfigurationError when one has another partition count. */
export async function setUpTopics({
  broker,
  contracts,
  clock,
  signal,
  everyMs = 1_000,
}: TopicSetupOptions): Promise<void> {
  const topics = contracts.map(({ topic, partitions }) => ({ name: topic, partitions }));
  while (!signal.aborted) {
    try {
      return await broker.ensureTopics(topics);
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      await clock.sleep(everyMs, signal);
    }
  }
}
