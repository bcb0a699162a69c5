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
      for (const command of commands) {
        if (outgoingIds.get(transaction, command.id)) continue;
        outgoingIds.set(transaction, command.id, true);
        logs.outgoing.write(transaction, { ...command, version: 0, schemaVersion: 1, time: this.clock.now() });
      }
    });
  }
}
