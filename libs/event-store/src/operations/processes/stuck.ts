// Which processes do not go on, and why.
import type { ProcessKey } from '../../processes/index.js';
import type { ListedParked } from '../parked-directory.js';
import type { ListedProcess, PendingTimer, ProcessDirectory, Refused } from './process-directory.js';

export type StuckReason =
  /** A record for it is parked or tried again; where there is no process yet, it waits for its start. */
  | { readonly why: 'record-set-aside'; readonly message: ListedParked }
  | { readonly why: 'command-parked'; readonly message: ListedParked }
  /** It failed and is tried again by itself, e.g. while a gateway is away. */
  | { readonly why: 'command-retried'; readonly message: ListedParked }
  | { readonly why: 'timer-overdue'; readonly timer: PendingTimer }
  /** It was taken back, but for this: the commands were refused. */
  | { readonly why: 'undo-refused'; readonly refused: readonly Refused[] }
  /** Nothing that would ever wake it is there. */
  | { readonly why: 'idle'; readonly sinceMs: number };

export interface StuckProcess extends ProcessKey {
  /** Undefined where it has not started. */
  readonly known: ListedProcess | undefined;
  readonly reasons: readonly StuckReason[];
}

export interface StuckOptions {
  readonly now: Date;
  /** A process that nothing would wake counts as stuck after this time, in milliseconds. */
  readonly idleMs: number;
  /** Of each kind of reason. */
  readonly limit: number;
}

/** A timer may be due this long, in milliseconds, before somebody should have fired it. */
const LATE_MS = 30_000;

/** By process and id. */
export async function stuckProcesses(
  directory: ProcessDirectory,
  { now, idleMs, limit }: StuckOptions,
): Promise<StuckProcess[]> {
  const reasons = new Map<string, { key: ProcessKey; reasons: StuckReason[] }>();
  const add = ({ process, id }: ProcessKey, reason: StuckReason): void => {
    const name = `${process}/${id}`;
    const known = reasons.get(name) ?? { key: { process, id }, reasons: [] };
    known.reasons.push(reason);
    reasons.set(name, known);
  };
  for (const { message, what, ...key } of await directory.setAside(limit)) {
    if (what === 'record') add(key, { why: 'record-set-aside', message });
    else if (message.status === 'parked') add(key, { why: 'command-parked', message });
    else if (message.status === 'waiting') add(key, { why: 'command-retried', message });
  }
  for (const timer of await directory.overdue(LATE_MS, limit)) add(timer, { why: 'timer-overdue', timer });
  for (const one of await directory.refused(limit))
    add(one, { why: 'undo-refused', refused: one.compensation?.refused ?? [] });
  for (const idle of await directory.idle(idleMs, limit))
    add(idle, { why: 'idle', sinceMs: now.getTime() - idle.updatedAt.getTime() });
  const names = [...reasons.keys()].toSorted();
  return Promise.all(
    names.map(async (name) => {
      const { key, reasons: found } = reasons.get(name)!;
      return { ...key, known: await directory.find(key), reasons: found };
    }),
  );
}
