// Commands that sagas and processes have decided to send, in memory.
import type { Clock } from '../core/index.js';
import type { OutgoingCommand, OutgoingLog } from '../processes/index.js';
import type { MemoryDatabase } from './memory-database.js';

export class MemoryOutgoingLog implements OutgoingLog {
  constructor(
    private readonly database: MemoryDatabase,
    private readonly clock: Clock,
  ) {}

  async append(commands: readonly OutgoingCommand[]): Promise<void> {
    const { logs, outgoingIds } = this.database;
    this.database.transact((transaction) => {
      for (const { id, key, type, data, metadata } of commands) {
        if (outgoingIds.get(transaction, id)) continue;
        outgoingIds.set(transaction, id, true);
        const time = this.clock.now();
        logs.outgoing.write(transaction, { id, key, version: 0, type, schemaVersion: 1, data, metadata, time });
      }
    });
  }
}
