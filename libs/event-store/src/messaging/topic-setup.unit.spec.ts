import { describe, expect, it } from 'vitest';
import { ConfigurationError, systemClock } from '../core/index.js';
import { MemoryBroker } from '../memory/memory-broker.js';
import { topic } from './integration-event.js';
import { setUpTopics } from './topic-setup.js';

const contracts = [topic('a', [], { partitions: 2 })];

describe('setUpTopics', () => {
  it('waits until the broker is there', async () => {
    const broker = new MemoryBroker();
    broker.unavailable(true);
    let attempts = 0;
    const clock = { ...systemClock, sleep: async () => void ((attempts += 1) === 3 && broker.unavailable(false)) };
    await setUpTopics({ broker, contracts, clock, signal: new AbortController().signal });
    expect(attempts).toBe(3);
    await expect(broker.ensureTopics([{ name: 'a', partitions: 3 }])).rejects.toThrow(ConfigurationError);
  });

  it('gives up when it is told to, and at once when a topic has another shape', async () => {
    const broker = new MemoryBroker();
    await setUpTopics({ broker, contracts, clock: systemClock, signal: AbortSignal.abort() });
    await broker.ensureTopics([{ name: 'a', partitions: 3 }]);
    const { signal } = new AbortController();
    await expect(setUpTopics({ broker, contracts, clock: systemClock, signal })).rejects.toThrow(ConfigurationError);
  });
});
