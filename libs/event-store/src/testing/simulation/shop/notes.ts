// A handler of events whose effect can be counted: each record it handled is a row written in the same unit of work, in the order they came.
import type { LogName, LogRecord } from '../../../core/index.js';
import type { MemoryDatabase } from '../../../memory/index.js';
import type { TransactionalSubscription } from '../../../subscriptions/index.js';

export interface NotesOptions {
  readonly name: string;
  readonly log: LogName;
  readonly types: ReadonlySet<string>;
  /** Why the record cannot be handled now. */
  readonly trouble: (record: LogRecord) => Error | undefined;
}

export interface Note {
  readonly id: string;
  readonly position: bigint;
}

/** Key → what was noted of it, oldest first. */
export function notesIn(database: MemoryDatabase, name: string) {
  return database.table<{ readonly key: string; readonly notes: readonly Note[] }>(`notes ${name}`);
}

export function notesSubscription({ name, log, types, trouble }: NotesOptions): TransactionalSubscription {
  return {
    delivery: 'transactional',
    name,
    log,
    start: 'beginning',
    wants: ({ type }) => types.has(type),
    retry: { maxAttempts: 3, firstDelayMs: 100, maxDelayMs: 400 },
    async handle(record, transaction) {
      const rows = notesIn(transaction.db as MemoryDatabase, name);
      const { key, id, position } = record;
      const notes = rows.get(key)?.notes ?? [];
      rows.set(key, { key, notes: [...notes, { id, position }] });
      const problem = trouble(record); // after the write: what failed must leave nothing
      if (problem) throw problem;
    },
  };
}
