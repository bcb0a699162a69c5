// Snapshots in memory, as JSON text, so that nobody can change what another will read.
import type { Snapshot, SnapshotStore } from '../core/index.js';
import type { MemoryDatabase } from './memory-database.js';

export class MemorySnapshotStore implements SnapshotStore {
  constructor(private readonly database: MemoryDatabase) {}

  async load(stream: string, atMost = Infinity): Promise<Snapshot | undefined> {
    const row = this.database.snapshots.get(this.database.transaction(), stream);
    return row && row.version <= atMost ? { ...row, state: JSON.parse(row.state) as object } : undefined;
  }

  async save(snapshot: Snapshot): Promise<void> {
    this.database.transact((transaction) => {
      const known = this.database.snapshots.get(transaction, snapshot.stream);
      if (known && known.version > snapshot.version) return;
      const row = { ...snapshot, state: JSON.stringify(snapshot.state) };
      this.database.snapshots.set(transaction, snapshot.stream, row);
    });
  }

  async drop(stream: string): Promise<void> {
    this.database.transact((transaction) => this.database.snapshots.delete(transaction, stream));
  }

  async dropOf(subject: string): Promise<number> {
    return this.database.transact((transaction) => {
      const found = this.database.snapshots.all(transaction).filter(({ subjects }) => subjects?.includes(subject));
      for (const { stream } of found) this.database.snapshots.delete(transaction, stream);
      return found.length;
    });
  }
}
