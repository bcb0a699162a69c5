// Has everything that is parked of a process tried again: records for it, and commands it sent. Recorded in the transaction that does it.
import type { ProcessKey } from '../../processes/index.js';
import { detailOf, type Order } from '../change-parked.js';
import type { OperatedContext } from '../operated-context.js';
import { formatRef } from '../parked-ref.js';
import type { ProcessDirectory } from './process-directory.js';

export interface ProcessRetried {
  /** References of what is due now; with a dry run, of what would be. */
  readonly replayed: readonly string[];
  /** How many are being tried again by themselves already. */
  readonly waiting: number;
  /** Records that stand behind those replayed. */
  readonly behind: number;
}

/** More of one process is not set aside: a key has one head in each log. */
const MOST = 1_000;

/** Safe to repeat: what is being tried already is left alone. */
export async function retryProcess(
  context: Pick<OperatedContext, 'name' | 'parking' | 'operations' | 'unitOfWork'> & {
    readonly processes: ProcessDirectory;
  },
  key: ProcessKey,
  { actor, reason, dryRun }: Order & { readonly reason: string },
): Promise<ProcessRetried> {
  const aside = (await context.processes.setAside(MOST, key)).map(({ message }) => message);
  const parked = aside
    .filter(({ status }) => status === 'parked')
    .map((message) => {
      const { name, log, position } = message;
      const subscription = { name, log };
      return {
        message,
        subscription,
        ref: formatRef({ kind: 'record', context: context.name, subscription, position }),
      };
    });
  const waiting = aside.length - parked.length;
  const behind = (of: typeof parked) => of.reduce((sum, { message }) => sum + message.behind, 0);
  const result = (of: typeof parked): ProcessRetried => ({
    replayed: of.map(({ ref }) => ref),
    waiting,
    behind: behind(of),
  });
  if (dryRun || parked.length === 0) return result(parked);
  return context.unitOfWork.run(async () => {
    const done: typeof parked = [];
    for (const one of parked) {
      const { message, subscription, ref } = one;
      if (!(await context.parking.replay(subscription, message.position))) continue; // somebody else was first
      await context.operations.record({
        actor,
        reason,
        action: 'parked.replay',
        subject: ref,
        detail: detailOf(message),
      });
      done.push(one);
    }
    const subject = processSubject(context.name, key);
    if (done.length > 0)
      await context.operations.record({
        actor,
        reason,
        action: 'process.retry',
        subject,
        detail: { replayed: done.length },
      });
    return result(done);
  });
}

/** How operations are recorded for a process. */
export function processSubject(context: string, { process, id }: ProcessKey): string {
  return `${context}/process/${process}/${id}`;
}
