// Processes, their timers and their signals in memory. Of two units that change one process the second loses its commit and runs again.
import { contentHash, InvalidRequestError, sleepWith, type Clock } from '../core/index.js';
import {
  SIGNAL_TYPES,
  type ProcessKey,
  type ProcessSignal,
  type ProcessStore,
  type ProcessTimer,
  type StoredProcess,
  type TakenKey,
} from '../processes/index.js';
import type { MemoryDatabase } from './memory-database.js';
import type { MemoryTransaction } from './memory-transaction.js';

export class MemoryProcessStore implements ProcessStore {
  private readonly locked = new WeakMap<MemoryTransaction, Set<string>>();
  private readonly waiting = new Set<() => void>();
  private news = false;

  constructor(
    private readonly database: MemoryDatabase,
    private readonly clock: Clock,
  ) {}

  async lock(
    process: string,
    keys: readonly string[],
    starting: ReadonlySet<string>,
  ): Promise<ReadonlyMap<string, StoredProcess>> {
    const transaction = this.unit('lock');
    const locked = this.locked.get(transaction) ?? new Set();
    this.locked.set(transaction, locked);
    const found = new Map<string, StoredProcess>();
    for (const key of keys) {
      const id = this.idOf(transaction, { process, id: key });
      const place = keyOf({ process, id });
      this.database.processes.hold(transaction, place);
      const row = this.database.processes.get(transaction, place);
      const known = { keys: this.keysOf(transaction, { process, id }) };
      if (row) found.set(key, { ...(JSON.parse(row) as StoredProcess), ...known });
      else if (!starting.has(key)) continue;
      else found.set(key, { process, id, status: 'new', stateVersion: 0, state: {}, undo: [], ...known });
      locked.add(place);
    }
    return found;
  }

  async learn({ process, id }: ProcessKey, keys: readonly string[]): Promise<readonly TakenKey[]> {
    const transaction = this.unit('learn');
    const { processes, processKeys } = this.database;
    return keys.flatMap((key): TakenKey[] => {
      const place = keyOf({ process, id: key });
      processes.hold(transaction, place); // against one that starts under it
      const owner = this.idOf(transaction, { process, id: key });
      const isFree = owner === key && processes.get(transaction, place) === undefined;
      if (owner !== id && !isFree) return [{ key, id: owner }];
      if (key !== id) processKeys.set(transaction, place, { process, id, key });
      return [];
    });
  }

  async save(...rows: readonly StoredProcess[]): Promise<void> {
    const transaction = this.unit('save');
    for (const row of rows) {
      if (!this.locked.get(transaction)?.has(keyOf(row))) {
        const unlocked = new InvalidRequestError(
          `Process ${row.process}/${row.id} has no row. Lock it in the same unit of work.`,
        );
        transaction.markRollbackOnly(unlocked);
        throw unlocked;
      }
      this.database.processes.set(transaction, keyOf(row), JSON.stringify(row));
    }
  }

  async schedule(timers: readonly ProcessTimer[]): Promise<void> {
    const transaction = this.unit('schedule');
    const { processTimers, inboundHashes } = this.database;
    for (const timer of timers) {
      const { timerId, afterMs } = timer;
      if (processTimers.get(transaction, timerId) || inboundHashes.get(transaction, timerId)) continue;
      processTimers.set(transaction, timerId, { ...timer, dueAt: this.clock.now().getTime() + afterMs });
    }
    if (timers.length > 0) transaction.onCommit(() => this.wake());
  }

  async fireDue(limit: number): Promise<{ fired: number; nextInMs: number | undefined }> {
    const { database } = this;
    if (database.transaction()) {
      throw new InvalidRequestError(
        'fireDue inside a unit of work would hold due timers until its end. Call it outside.',
      );
    }
    this.news = false;
    const now = this.clock.now().getTime();
    const timers = database.processTimers.all(undefined).sort((a, b) => a.dueAt - b.dueAt);
    const due = timers.filter(({ dueAt }) => dueAt <= now).slice(0, limit);
    database.transact((transaction) => {
      for (const { timerId, process, id, name, metadata } of due) {
        database.processTimers.delete(transaction, timerId);
        this.write(transaction, { signalId: timerId, process, id, kind: 'timer', data: { name }, metadata });
      }
    });
    const next = timers[due.length];
    return { fired: due.length, nextInMs: next && Math.max(0, next.dueAt - now) };
  }

  changed(maxWaitMs: number, signal: AbortSignal): Promise<void> {
    if (this.news) return Promise.resolve();
    return sleepWith((wake) => {
      const cancel = this.clock.after(maxWaitMs, wake);
      this.waiting.add(wake);
      return () => {
        cancel();
        this.waiting.delete(wake);
      };
    }, signal);
  }

  async signal(signal: ProcessSignal): Promise<void> {
    this.database.transact((transaction) => this.write(transaction, signal));
  }

  async hasSignal(signalId: string): Promise<boolean> {
    const { inboundHashes } = this.database;
    return inboundHashes.get(this.database.transaction(), signalId) !== undefined;
  }

  private write(transaction: MemoryTransaction, signal: ProcessSignal): void {
    const { signalId, process, id, kind, data, metadata } = signal;
    const { logs, inboundHashes } = this.database;
    if (inboundHashes.get(transaction, signalId) !== undefined) return;
    const record = { key: `${process}/${id}`, type: SIGNAL_TYPES[kind], data: { process, id, ...data } };
    inboundHashes.set(transaction, signalId, contentHash(record));
    const time = this.clock.now();
    logs.inbound.write(transaction, { id: signalId, ...record, schemaVersion: 1, version: 0, metadata, time });
  }

  /** Of the process that has this id or further key; without one, the key itself. */
  private idOf(transaction: MemoryTransaction, key: ProcessKey): string {
    const { processKeys } = this.database;
    processKeys.hold(transaction, keyOf(key));
    return processKeys.get(transaction, keyOf(key))?.id ?? key.id;
  }

  private keysOf(transaction: MemoryTransaction, { process, id }: ProcessKey): string[] {
    const all = this.database.processKeys.all(transaction);
    return all.flatMap((one) => (one.process === process && one.id === id ? [one.key] : [])).toSorted();
  }

  private wake(): void {
    this.news = true;
    for (const wake of this.waiting) wake();
  }

  private unit(call: string): MemoryTransaction {
    const transaction = this.database.transaction();
    if (transaction) return transaction;
    throw new InvalidRequestError(`ProcessStore.${call} is part of a unit of work. Call it inside UnitOfWork.run.`);
  }
}

function keyOf({ process, id }: ProcessKey): string {
  return JSON.stringify([process, id]);
}
