// The port process managers keep their state, their timers and their signals in. Contract: testing/contracts/process-store.contract.ts.
import type { EventMetadata } from '../core/index.js';

/** Which process: the process manager's stable name, and the id its events correlate to. */
export interface ProcessKey {
  readonly process: string;
  readonly id: string;
}

/** A command that takes back one that was sent, kept until it is needed or the step turns out to have been rejected. */
export interface UndoStep {
  /** Id of the command it would take back. */
  readonly undoes: string;
  /** The undoing command as the command registry encodes it. */
  readonly type: string;
  readonly data: object;
}

/** An undo command that a business rule has refused: what it was to take back has happened, and stays so until somebody has looked. */
export interface RefusedUndo extends UndoStep {
  /** Of the DomainError. */
  readonly code: string;
  readonly message: string;
}

/** That the steps of a process were taken back. */
export interface Compensation {
  /** In the words of whoever decided it. */
  readonly reason: string;
  /** The process itself, `process:<name>`, or an operator, e.g. `os-user:alice`. */
  readonly by: string;
  /** In the order they were refused. */
  readonly refused: readonly RefusedUndo[];
}

export interface StoredProcess extends ProcessKey {
  /** `new`: locked for the first time in this unit and never saved. `completed`: a tombstone, which answers late events. */
  readonly status: 'new' | 'running' | 'completed';
  /** Schema version of `state`; 0 while `new`. */
  readonly stateVersion: number;
  /** Plain JSON data. */
  readonly state: object;
  /** Oldest first. */
  readonly undo: readonly UndoStep[];
  /** Undefined unless it has compensated; a completed process has ended by it. */
  readonly compensation?: Compensation | undefined;
  /** Further keys it is found by, besides its id. Written by `learn`, not by `save`. */
  readonly keys: readonly string[];
}

/** A key that a process wanted and another one has. */
export interface TakenKey {
  readonly key: string;
  /** Id of the process that has it. */
  readonly id: string;
}

/** Who fires timers looks once a second anyway: what is due later than this, in milliseconds, is found in time without a word. */
export const SOON_MS = 2_000;

/** Due `afterMs` milliseconds after the write, on the database clock. Never cancelled: the state decides when it fires. */
export interface ProcessTimer extends ProcessKey {
  /** UUID, f(process, cause, index): a repeat schedules nothing more, and the record of its firing has this id. */
  readonly timerId: string;
  /** As in `@OnTimer(name)`. */
  readonly name: string;
  readonly afterMs: number;
  readonly metadata: EventMetadata;
}

/** What reaches a process besides events: it goes through the inbound log, so that it is ordered, retried and parked like every record. */
export interface ProcessSignal extends ProcessKey {
  /** UUID; a signal is stored once. */
  readonly signalId: string;
  readonly kind: 'timer' | 'rejection' | 'compensate';
  readonly data: TimerSignal | RejectionSignal | CompensateSignal;
  readonly metadata: EventMetadata;
}

export interface TimerSignal {
  readonly name: string;
}

export interface RejectionSignal {
  readonly commandId: string;
  readonly commandType: string;
  readonly commandData: object;
  /** Where the command was to take a step back: id of that step. */
  readonly undoes?: string;
  /** Of the DomainError. */
  readonly code: string;
  readonly message: string;
}

/** An operator has the process compensate now. */
export interface CompensateSignal {
  readonly reason: string;
  /** E.g. `os-user:alice`. */
  readonly actor: string;
}

/** Types of the inbound records of signals; their `data` is `{ process, id, ...signal.data }`, their key `<process>/<id>`, their topic NULL. */
export const SIGNAL_TYPES = {
  timer: 'process.timer',
  rejection: 'process.rejection',
  compensate: 'process.compensate',
} as const;

export interface ProcessStore {
  /**
   * Locks the rows that `keys` are the ids or further keys of until the unit of work ends, in one order for all callers, so that units never
   * deadlock on existing rows. Those in `starting` get a row, under the key as id, when they lead to none: of two units that start one process
   * the second waits and then finds it. Answers by key; those without a row are missing. Needs an open unit of work; a `new` row that is not
   * saved in it must not survive it.
   */
  lock(
    process: string,
    keys: readonly string[],
    starting: ReadonlySet<string>,
  ): Promise<ReadonlyMap<string, StoredProcess>>;
  /**
   * For a row that this unit of work has locked: it is found by `keys` too, for ever. Answers with those that it cannot have, because they
   * are keys or ids of others; of two units that want one key, or start a process under it, the second waits and then finds it taken.
   */
  learn(owner: ProcessKey, keys: readonly string[]): Promise<readonly TakenKey[]>;
  /** Writes rows that this unit of work has locked, each once, and all of them or, with an error, none. */
  save(...rows: readonly StoredProcess[]): Promise<void>;
  /** In the unit of work. A timer whose id is known, waiting or fired, changes nothing. */
  schedule(timers: readonly ProcessTimer[]): Promise<void>;
  /**
   * Outside any unit of work: moves up to `limit` due timers into the inbound log, each exactly once whoever else does the same.
   * `nextInMs`: until the next one is due on the database clock; undefined when there is none.
   */
  fireDue(limit: number): Promise<{ readonly fired: number; readonly nextInMs: number | undefined }>;
  /**
   * For whoever calls `fireDue`: resolves when a timer was scheduled since it last began, after `maxWaitMs`, or when the signal aborts. Never
   * rejects. One that is due later than {@link SOON_MS} after its write need not be told.
   */
  changed(maxWaitMs: number, signal: AbortSignal): Promise<void>;
  /** Stores a signal now (joins an open unit of work). Known ids change nothing. */
  signal(signal: ProcessSignal): Promise<void>;
  /** Whether a signal of this id is stored. */
  hasSignal(signalId: string): Promise<boolean>;
}
