// Looks at processes, their timers and what is set aside for them; never at their state.
import type { ListedProcess, PendingTimer, ProcessAside, ProcessDirectory } from '../../operations/index.js';
import type { ProcessKey } from '../../processes/index.js';
import type { PostgresDatabase } from '../database.js';
import { listedOf, type ListedRow } from './parked-directory.js';
import * as sql from './processes.sql.js';

type AsideRow = ListedRow & {
  readonly what: ProcessAside['what'];
  readonly process: string;
  readonly process_id: string;
};

export class PostgresProcessDirectory implements ProcessDirectory {
  constructor(private readonly database: PostgresDatabase) {}

  async setAside(limit: number, key?: ProcessKey): Promise<ProcessAside[]> {
    const rows = await this.rows<AsideRow>(sql.processesAside, [limit, key?.process ?? null, key?.id ?? null]);
    return rows.map((row) => ({ process: row.process, id: row.process_id, what: row.what, message: listedOf(row) }));
  }

  overdue(ms: number, limit: number): Promise<PendingTimer[]> {
    return this.rows<PendingTimer>(sql.overdueTimers, [ms, limit]);
  }

  idle(ms: number, limit: number): Promise<ListedProcess[]> {
    return this.rows<ListedProcess>(sql.idleProcesses, [ms, limit]);
  }

  async find({ process, id }: ProcessKey): Promise<ListedProcess | undefined> {
    return (await this.rows<ListedProcess>(sql.findProcess, [process, id]))[0];
  }

  timers({ process, id }: ProcessKey): Promise<PendingTimer[]> {
    return this.rows<PendingTimer>(sql.timersOfProcess, [process, id]);
  }

  private async rows<R extends object>(text: string, values: readonly unknown[]): Promise<R[]> {
    return (await this.database.query<R>({ text, values })).rows;
  }
}
