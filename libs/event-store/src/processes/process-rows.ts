// The rows one unit of work has locked, so that several records of a process see what those before them have changed.
import type { Transaction } from '../core/index.js';
import type { ProcessStore, StoredProcess } from './process-store.js';

export class ProcessRows {
  /** Process id → its row, or undefined when there is none; forgotten with the transaction. */
  private readonly units = new WeakMap<Transaction, Map<string, StoredProcess | undefined>>();

  constructor(
    private readonly process: string,
    private readonly store: ProcessStore,
  ) {}

  /** Locks all at once. Those in `starting` are found as `new` when there is none. */
  async lock(transaction: Transaction, ids: ReadonlySet<string>, starting: ReadonlySet<string>): Promise<void> {
    const unit = this.unitOf(transaction);
    const missing = [...ids].filter((id) => !unit.has(id) || (starting.has(id) && !unit.get(id)));
    if (missing.length === 0) return;
    const rows = await this.store.lock(this.process, missing, starting);
    for (const id of missing) unit.set(id, rows.get(id));
  }

  async get(transaction: Transaction, id: string, starts: boolean): Promise<StoredProcess | undefined> {
    const ids = new Set([id]);
    await this.lock(transaction, ids, starts ? ids : new Set());
    return this.unitOf(transaction).get(id);
  }

  async save(transaction: Transaction, row: StoredProcess): Promise<void> {
    await this.store.save(row);
    this.unitOf(transaction).set(row.id, row);
  }

  private unitOf(transaction: Transaction): Map<string, StoredProcess | undefined> {
    const known = this.units.get(transaction) ?? new Map<string, StoredProcess | undefined>();
    this.units.set(transaction, known);
    return known;
  }
}
