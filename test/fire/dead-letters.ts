// The topic that both services mirror to what they have parked, read as whoever watches it would.
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Broker } from '../../libs/event-store/src/messaging/index.js';
import { eventually } from '../support/eventually.js';

export const DEAD_LETTERS = 'shop.dead-letter';

/** Place → reason code, of the messages that could not be read; resolves when there are `count` of them. */
export async function deadLettersOf(broker: Broker, count: number): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const consumer = await broker.consume({
    group: `watcher-${randomUUID()}`,
    topics: [DEAD_LETTERS],
    handler: async (batch) => {
      for (const { headers } of batch) {
        if (headers['dead-letter-subscription'] === 'inbox')
          found.set(headers['dead-letter-place']!, headers['dead-letter-code']!);
      }
      return 'ack';
    },
  });
  try {
    await eventually(() => expect(found.size).toBeGreaterThanOrEqual(count), { timeoutMs: 60_000 });
  } finally {
    await consumer.stop();
  }
  return found;
}
