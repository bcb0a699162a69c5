// Has everything that is parked of a process tried again: records for it, and commands it sent. Recorded with what does it.
import type { ProcessKey } from '../../processes/index.js';
import type { ReasonedOrder } from '../change-parked.js';
import type { OperatedContext } from '../operated-context.js';
import type { ParkedPlace } from '../operator-changes.js';
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
  context: Pick<OperatedContext, 'name' | 'changes'> & { readonly processes: ProcessDirectory },
  key: ProcessKey,
  { dryRun, ...by }: ReasonedOrder,
): Promise<ProcessRetried> {
  const aside = (await context.processes.setAside(MOST, key)).map(({ message }) => message);
  const parked = aside.filter(({ status }) => status === 'parked');
  const result = (of: typeof parked): ProcessRetried => ({
    replayed: of.map(({ name, log, position }) =>
      formatRef({ kind: 'record', context: context.name, subscription: { name, log }, position }),
    ),
    waiting: aside.length - parked.length,
    behind: of.reduce((sum, { behind }) => sum + behind, 0),
  });
  if (dryRun || parked.length === 0) return result(parked);
  const places = parked.map(({ name, log, position }) => ({ name, log, position }));
  const changed = new Set((await context.changes.parked('replay', places, by, key)).map(placeOf));
  return result(parked.filter((one) => changed.has(placeOf(one)))); // of the others somebody else was first
}

function placeOf({ name, log, position }: ParkedPlace): string {
  return `${name}/${log}/${position}`;
}

/** How operations are recorded for a process. */
export function processSubject(context: string, { process, id }: ProcessKey): string {
  return `${context}/process/${process}/${id}`;
}
