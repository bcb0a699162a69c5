// Looks at processes, their timers and what is set aside for them; never at their state.
import type { ListedProcess, PendingTimer, ProcessAside, ProcessDirectory } from '../../operations/index.js';
import type { Compensation, ProcessKey } from '../../processes/index.js';
import type { PostgresDatabase } from '../connections/database.js';
import { listedOf, type ListedRow } from './parked-directory.js';
import * as sql from './processes.sql.js';

type AsideRow = ListedRow & {
  readonly what: ProcessAside['what'];
  readonly process: string;
  readonly process_id: string;
};

type ListedProcessRow = Omit<ListedProcess, 'compensation'> & { readonly compensation: Compensation | null };

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
    return this.processes(sql.idleProcesses, [ms, limit]);
  }

  refused(limit: number): Promise<ListedProcess[]> {
    return this.processes(sql.refusedProcesses, [limit]);
  }

  async find({ process, id }: ProcessKey): Promise<ListedProcess | undefined> {
    return (await this.processes(sql.findProcess, [process, id]))[0];
  }

  timers({ process, id }: ProcessKey): Promise<PendingTimer[]> {
    return this.rows<PendingTimer>(sql.timersOfProcess, [process, id]);
  }

  /** Without the data of what was refused. */
  private async processes(text: string, values: readonly unknown[]): Promise<ListedProcess[]> {
    return (await this.rows<ListedProcessRow>(text, values)).map(({ compensation, ...row }) => {
      const refused = compensation?.refused.map(({ type, code, message }) => ({ type, code, message })) ?? [];
      return { ...row, compensation: compensation ? { ...compensation, refused } : undefined };
    });
  }

  private async rows<R extends object>(text: string, values: readonly unknown[]): Promise<R[]> {
    return (await this.database.query<R>({ text, values })).rows;
  }
}
