// Keys of subjects in memory.
import {
  outsideTransaction,
  type Clock,
  type SubjectKeyRow,
  type SubjectKeyStore,
  type WrappedKey,
} from '../core/index.js';
import type { MemoryDatabase } from './memory-database.js';

export class MemorySubjectKeyStore implements SubjectKeyStore {
  constructor(
    private readonly database: MemoryDatabase,
    private readonly clock: Clock,
  ) {}

  async find(subjects: readonly string[]): Promise<readonly SubjectKeyRow[]> {
    return subjects.flatMap((subject) => this.database.subjectKeys.get(undefined, subject) ?? []);
  }

  async create(subject: string, wrapped: WrappedKey): Promise<SubjectKeyRow> {
    return outsideTransaction(() =>
      this.database.transact((transaction) => {
        const known = this.database.subjectKeys.get(transaction, subject);
        if (known) return known;
        const row: SubjectKeyRow = { subject, wrapped, createdAt: this.clock.now() };
        this.database.subjectKeys.set(transaction, subject, row);
        return row;
      }),
    );
  }

  async destroy(subject: string): Promise<{ readonly destroyedAt: Date; readonly first: boolean }> {
    return this.database.transact((transaction) => {
      const known = this.database.subjectKeys.get(transaction, subject);
      if (known?.destroyedAt) return { destroyedAt: known.destroyedAt, first: false };
      const destroyedAt = this.clock.now();
      this.database.subjectKeys.set(transaction, subject, { subject, destroyedAt });
      return { destroyedAt, first: true };
    });
  }
}
