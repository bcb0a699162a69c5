// Short words for the process store's contract.
import { randomUUID } from 'node:crypto';
import type { LogRecord, SettledLog, UnitOfWork } from '../../core/index.js';
import type { ProcessKey, ProcessStore } from '../../processes/index.js';

export interface ProcessStoreSubject {
  readonly processes: ProcessStore;
  readonly unitOfWork: UnitOfWork;
  readonly inbound: SettledLog;
  /** Lets time pass on the clock that timers are due by. */
  pass(ms: number): Promise<unknown>;
  close(): Promise<unknown>;
}

export const rollBack = new Error('roll back');
export const newProcess = (process = 'checkout'): ProcessKey => ({ process, id: `order-${randomUUID()}` });

/** The records that have reached a process, in order. */
export async function signalsOf({ inbound }: ProcessStoreSubject, { process, id }: ProcessKey): Promise<LogRecord[]> {
  const found: LogRecord[] = [];
  for (let cursor = await inbound.beginning(); ;) {
    const page = await inbound.read(cursor, 1_000);
    if (page.length === 0) return found.filter(({ key }) => key === `${process}/${id}`);
    found.push(...page);
    cursor = { ...cursor, position: page.at(-1)!.position };
  }
}
