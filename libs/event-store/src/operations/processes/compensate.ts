// Has a process compensate now, because an operator says so: told to it as a signal, so that whoever holds its lease does it, in its own transaction.
import { NotCompensableError, type ProcessKey } from '../../processes/index.js';
import type { ReasonedOrder } from '../change-parked.js';
import type { OperatedContext } from '../operated-context.js';
import { formatRef } from '../parked-ref.js';
import type { ProcessDirectory } from './process-directory.js';

export interface ProcessCompensated {
  /** Types of the commands that take it back, in order, as far as it had come; a step that turns out to be rejected needs none. */
  readonly sends: readonly string[];
  /** References of its commands that are parked: what takes it back stands behind them until they are replayed or discarded. */
  readonly behind: readonly string[];
}

const MOST = 1_000;

/** Recorded with what tells it. Safe to repeat: a process that has ended has nothing more to take back. @throws NotCompensableError */
export async function compensateProcess(
  { name, processes, changes }: Pick<OperatedContext, 'name' | 'changes'> & { readonly processes: ProcessDirectory },
  key: ProcessKey,
  { dryRun, ...by }: ReasonedOrder,
): Promise<ProcessCompensated> {
  const { process, id } = key;
  const known = await processes.find(key);
  if (!known) throw new NotCompensableError(process, id, 'it has not started');
  if (known.status === 'completed' && !known.compensation?.refused.length)
    throw new NotCompensableError(process, id, known.compensation ? 'it was taken back already' : 'it is completed');
  const parked = (await processes.setAside(MOST, key)).filter(({ what }) => what === 'command');
  const result: ProcessCompensated = {
    sends: known.undo,
    behind: parked.map(({ message: { name: subscription, log, position } }) =>
      formatRef({ kind: 'record', context: name, subscription: { name: subscription, log }, position }),
    ),
  };
  if (!dryRun && (await changes.compensate(key, by)) === undefined)
    throw new NotCompensableError(process, id, 'it has not started');
  return result;
}
