// Has a process compensate now, because an operator says so: told to it as a signal, so that whoever holds its lease does it, in its own transaction.
import { systemIds, type IdGenerator } from '../../core/index.js';
import { NotCompensableError, type ProcessKey, type ProcessStore } from '../../processes/index.js';
import type { Order } from '../change-parked.js';
import type { OperatedContext } from '../operated-context.js';
import { formatRef } from '../parked-ref.js';
import type { ProcessDirectory } from './process-directory.js';
import { processSubject } from './retry.js';

export interface ProcessCompensated {
  /** Types of the commands that take it back, in order, as far as it had come; a step that turns out to be rejected needs none. */
  readonly sends: readonly string[];
  /** References of its commands that are parked: what takes it back stands behind them until they are replayed or discarded. */
  readonly behind: readonly string[];
}

const MOST = 1_000;

/** Recorded in the transaction that tells it. Safe to repeat: a process that has ended has nothing more to take back. @throws NotCompensableError */
export async function compensateProcess(
  context: Pick<OperatedContext, 'name' | 'operations' | 'unitOfWork'> & {
    readonly processes: ProcessDirectory;
    readonly signals: Pick<ProcessStore, 'signal'>;
  },
  key: ProcessKey,
  { actor, reason, dryRun }: Order & { readonly reason: string },
  ids: IdGenerator = systemIds,
): Promise<ProcessCompensated> {
  const { name, processes, operations, signals, unitOfWork } = context;
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
  if (dryRun) return result;
  const signalId = ids.next();
  await unitOfWork.run(async () => {
    const metadata = { correlationId: signalId, actor, reason };
    await signals.signal({ signalId, process, id, kind: 'compensate', data: { reason, actor }, metadata });
    await operations.record({
      actor,
      reason,
      action: 'process.compensate',
      subject: processSubject(name, key),
      detail: { undo: known.undo.length },
    });
  });
  return result;
}
