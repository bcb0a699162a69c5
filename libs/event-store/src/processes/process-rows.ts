// The rows one unit of work has locked, by every key that leads to them, so that several records of a process see what those before them have changed.
import type { Transaction } from '../core/index.js';
import { CorrelationKeyTakenError } from './errors.js';
import type { ProcessStore, StoredProcess } from './process-store.js';

interface Unit {
  /** Key → id of the process it leads to, or undefined where there is none. */
  readonly ids: Map<string, string | undefined>;
  /** Id → row. */
  readonly rows: Map<string, StoredProcess>;
  /** Ids of rows that are to be written. */
  readonly changed: Set<string>;
}

export class ProcessRows {
  /** Forgotten with the transaction. */
  private readonly units = new WeakMap<Transaction, Unit>();

  constructor(
    private readonly process: string,
    private readonly store: ProcessStore,
  ) {}

  /** Locks all at once. Those in `starting` are found as `new` when there is none. */
  async lock(transaction: Transaction, keys: ReadonlySet<string>, starting: ReadonlySet<string>): Promise<void> {
    const { ids, rows } = this.unitOf(transaction);
    const missing = [...keys].filter((key) => !ids.has(key) || (starting.has(key) && ids.get(key) === undefined));
    if (missing.length === 0) return;
    const locked = await this.store.lock(this.process, missing, starting);
    for (const key of missing) {
      const row = locked.get(key);
      ids.set(key, row?.id);
      if (row && !rows.has(row.id)) rows.set(row.id, row); // under another key this unit may have changed it
    }
  }

  async get(transaction: Transaction, key: string, starts: boolean): Promise<StoredProcess | undefined> {
    const keys = new Set([key]);
    await this.lock(transaction, keys, starts ? keys : new Set());
    const { ids, rows } = this.unitOf(transaction);
    const id = ids.get(key);
    return id === undefined ? undefined : rows.get(id);
  }

  /** From now on the row is as this, for this unit. */
  change(transaction: Transaction, row: StoredProcess): StoredProcess {
    const { rows, changed } = this.unitOf(transaction);
    rows.set(row.id, row);
    changed.add(row.id);
    return row;
  }

  /** Writes what was changed since the last time. */
  async write(transaction: Transaction): Promise<void> {
    const { rows, changed } = this.unitOf(transaction);
    if (changed.size === 0) return;
    await this.store.save(...[...changed].map((id) => rows.get(id)!));
    changed.clear();
  }

  /** The row with these keys besides those it has. @throws CorrelationKeyTakenError */
  async learn(transaction: Transaction, row: StoredProcess, keys: readonly string[]): Promise<StoredProcess> {
    const learned = [...new Set(keys)].filter((key) => key !== row.id && !row.keys.includes(key));
    if (learned.length === 0) return row;
    const { ids, rows, changed } = this.unitOf(transaction);
    const begun = learned.find((key) => changed.has(key)); // of this unit, so that the store may not know yet that it has begun
    if (begun !== undefined) throw new CorrelationKeyTakenError(this.process, row.id, { key: begun, id: begun });
    const [taken] = await this.store.learn(row, learned);
    if (taken) throw new CorrelationKeyTakenError(this.process, row.id, taken);
    const known = { ...row, keys: [...row.keys, ...learned] };
    for (const key of learned) ids.set(key, row.id);
    rows.set(row.id, known);
    return known;
  }

  private unitOf(transaction: Transaction): Unit {
    const known = this.units.get(transaction) ?? { ids: new Map(), rows: new Map(), changed: new Set() };
    this.units.set(transaction, known);
    return known;
  }
}
