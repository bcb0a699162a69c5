// Remembers what operators did, in the transaction that does it.
import type { Operation, OperationsLog, RecordedOperation } from '../../operations/index.js';
import type { PostgresDatabase } from '../connections/database.js';

export class PostgresOperationsLog implements OperationsLog {
  constructor(private readonly database: PostgresDatabase) {}

  async record({ actor, action, subject, reason, detail }: Operation): Promise<void> {
    await this.database.query({
      text: 'INSERT INTO event_store.operations_log (actor, action, subject, reason, detail) VALUES ($1, $2, $3, $4, $5)',
      values: [actor, action, subject, reason ?? null, JSON.stringify(detail)],
    });
  }

  async of(subject: string): Promise<RecordedOperation[]> {
    const { rows } = await this.database.query<RecordedOperation & Record<'reason' | 'databaseUser', string | null>>({
      text: `SELECT at, actor, database_user AS "databaseUser", action, subject, reason, detail FROM event_store.operations_log
              WHERE subject = $1 ORDER BY id DESC LIMIT 100`,
      values: [subject],
    });
    return rows.map((row) => ({
      ...row,
      reason: row.reason ?? undefined,
      databaseUser: row.databaseUser ?? undefined,
    }));
  }
}
