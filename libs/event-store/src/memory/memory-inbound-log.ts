// The inbox in memory: one row per message id, unreadable messages aside.
import type { Clock } from '../core/index.js';
import type { InboundLog, InboundMessage, UnreadableMessage } from '../messaging/index.js';
import type { MemoryDatabase } from './memory-database.js';

export class MemoryInboundLog implements InboundLog {
  constructor(
    private readonly database: MemoryDatabase,
    private readonly clock: Clock,
  ) {}

  async store(
    messages: readonly InboundMessage[],
    unreadable: readonly UnreadableMessage[],
  ): Promise<{ stored: number; duplicates: number; reused: readonly string[] }> {
    const { logs, inboundHashes, unreadable: aside } = this.database;
    const time = this.clock.now();
    return this.database.transact((transaction) => {
      let stored = 0;
      const reused = new Set<string>();
      for (const { id, key, type, schemaVersion, version, data, metadata, contentHash } of messages) {
        const known = inboundHashes.get(transaction, id);
        if (known === undefined) {
          inboundHashes.set(transaction, id, contentHash);
          logs.inbound.write(transaction, { id, key, type, schemaVersion, version, data, metadata, time });
          stored += 1;
        } else if (known !== contentHash) reused.add(id);
      }
      for (const one of unreadable) {
        const { topic, partition, offset, key, headers, value } = one.message;
        const place = JSON.stringify([topic, partition, offset, key, headers, value?.toString('base64')]);
        if (!aside.get(transaction, place)) aside.set(transaction, place, { ...one, receivedAt: time });
      }
      return { stored, duplicates: messages.length - stored, reused: [...reused] };
    });
  }

  async unreadable() {
    return this.database.unreadable
      .all(this.database.transaction())
      .map(({ message: { topic, partition, offset }, reasonCode, detail, receivedAt }) => ({
        topic,
        partition,
        offset,
        reasonCode,
        detail,
        receivedAt,
      }))
      .toReversed()
      .slice(0, 100);
  }
}
