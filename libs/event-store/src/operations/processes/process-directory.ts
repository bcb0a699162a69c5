// The port that looks at processes: what keeps each from going on, as far as the database can tell.
import type { LogName } from '../../core/index.js';
import type { Compensation, ProcessKey, RefusedUndo, StoredProcess } from '../../processes/index.js';
import type { ListedParked } from '../parked-directory.js';

export type Refused = Pick<RefusedUndo, 'type' | 'code' | 'message'>;

export interface ListedProcess extends ProcessKey {
  readonly status: Exclude<StoredProcess['status'], 'new'>;
  /** Schema version of its state; the state itself is not shown. */
  readonly stateVersion: number;
  /** By which it is found besides its id. */
  readonly keys: readonly string[];
  /** Types of the commands that would take it back, in the order they would be sent: those of its steps, then what was refused. */
  readonly undo: readonly string[];
  /** Undefined unless it has compensated; what was refused of that without its data. */
  readonly compensation: (Omit<Compensation, 'refused'> & { readonly refused: readonly Refused[] }) | undefined;
  readonly startedAt: Date;
  readonly updatedAt: Date;
}

export interface PendingTimer extends ProcessKey {
  readonly timerId: string;
  readonly name: string;
  readonly dueAt: Date;
  /** How long it has been due, in milliseconds; negative while it is not. */
  readonly overdueMs: number;
}

/** Set aside for a process: a record that reaches it, or a command that it sent. */
export interface ProcessAside extends ProcessKey {
  readonly what: 'record' | 'command';
  readonly message: ListedParked;
}

export interface ProcessDirectory {
  /** Those of `key`, or of all processes: parked or tried again, without what stands behind them. By subscription, log and position. */
  setAside(limit: number, key?: ProcessKey): Promise<ProcessAside[]>;
  /** Timers due for longer than so many milliseconds, the oldest first. */
  overdue(ms: number, limit: number): Promise<PendingTimer[]>;
  /**
   * Running, unchanged for longer than so many milliseconds, and nothing that would change it: no timer, nothing set aside, no command that
   * waits to be dispatched. The longest unchanged first.
   */
  idle(ms: number, limit: number): Promise<ListedProcess[]>;
  /** Of those whose undo was refused, the longest unchanged first. */
  refused(limit: number): Promise<ListedProcess[]>;
  /** By its id or a further key. */
  find(key: ProcessKey): Promise<ListedProcess | undefined>;
  /** That have not fired, by time. */
  timers(key: ProcessKey): Promise<PendingTimer[]>;
}

/** The subscription that dispatches what processes decide. */
export const DISPATCH: { readonly name: string; readonly log: LogName } = { name: 'command-dispatch', log: 'outgoing' };
