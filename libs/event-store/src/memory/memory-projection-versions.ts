// Which version of a projection serves, in memory.
import type { Clock, LogName } from '../core/index.js';
import type { ProjectionKey, ProjectionVersion, ProjectionVersions } from '../subscriptions/index.js';
import type { MemoryDatabase } from './memory-database.js';
import type { MemoryTransaction } from './memory-transaction.js';

export class MemoryProjectionVersions implements ProjectionVersions {
  constructor(
    private readonly database: MemoryDatabase,
    private readonly clock: Clock,
  ) {}

  async begin({ name, version }: ProjectionKey): Promise<void> {
    const { projections } = this.database;
    this.database.transact((transaction) => {
      if (projections.get(transaction, keyOf({ name, version }))) return;
      projections.set(transaction, keyOf({ name, version }), {
        name,
        version,
        state: 'building',
        caughtUp: [],
        begunAt: this.clock.now(),
        switchedAt: undefined,
        switchedPosition: undefined,
        takenUpAt: undefined,
      });
    });
  }

  async list(): Promise<ProjectionVersion[]> {
    return this.all(this.database.transaction());
  }

  async lock(name: string): Promise<ProjectionVersion[]> {
    return this.database.transact((transaction) => {
      const found = this.all(transaction).filter((one) => one.name === name);
      for (const one of found) this.database.projections.hold(transaction, keyOf(one));
      return found;
    });
  }

  async noteCaughtUp(key: ProjectionKey, log: LogName): Promise<void> {
    this.change(key, (found) => ({ ...found, caughtUp: [...found.caughtUp.filter((one) => one !== log), log] }));
  }

  async serve(key: ProjectionKey, position: bigint): Promise<void> {
    this.database.transact((transaction) => {
      for (const one of this.all(transaction)) {
        if (one.name === key.name && one.version !== key.version && one.state === 'serving')
          this.change(one, (found) => ({ ...found, state: 'retired', caughtUp: [] }), transaction);
      }
      const switched = {
        state: 'serving',
        switchedAt: this.clock.now(),
        switchedPosition: position,
        takenUpAt: undefined,
      } as const;
      this.change(key, (found) => ({ ...found, ...switched }), transaction);
    });
  }

  async takeUp(key: ProjectionKey): Promise<void> {
    this.change(key, (found) => ({ ...found, takenUpAt: found.takenUpAt ?? this.clock.now() }));
  }

  async forget(key: ProjectionKey): Promise<boolean> {
    const { projections } = this.database;
    return this.database.transact((transaction) => {
      if (projections.get(transaction, keyOf(key))?.state !== 'building') return false;
      projections.delete(transaction, keyOf(key));
      return true;
    });
  }

  private all(transaction: MemoryTransaction | undefined): ProjectionVersion[] {
    const byName = (a: ProjectionVersion, b: ProjectionVersion) =>
      a.name === b.name ? a.version - b.version : a.name < b.name ? -1 : 1;
    return this.database.projections.all(transaction).toSorted(byName);
  }

  private change(
    key: ProjectionKey,
    changed: (found: ProjectionVersion) => ProjectionVersion,
    within?: MemoryTransaction,
  ): void {
    const { projections } = this.database;
    const write = (transaction: MemoryTransaction): void => {
      const found = projections.get(transaction, keyOf(key));
      if (found) projections.set(transaction, keyOf(key), changed(found));
    };
    if (within) write(within);
    else this.database.transact(write);
  }
}

function keyOf({ name, version }: ProjectionKey): string {
  return JSON.stringify([name, version]);
}
