// What an operator may do to many parked records at once: the same as to one, in portions, each recorded message by message.
import { InvalidRequestError } from '../core/index.js';
import type { Order } from './change-parked.js';
import type { OperatedContext } from './operated-context.js';
import { reasonCodeOf, type ParkedFilter } from './parked-directory.js';

export type MatchingFilter = Omit<ParkedFilter, 'statuses' | 'limit'>;

export interface ManyOrder extends Order {
  readonly change: 'replay' | 'discard';
  /** How many at most, by subscription, log and position. */
  readonly limit: number;
}

export interface ManyChanged {
  /** Parked records that the filter names, at most `limit`. */
  readonly matched: number;
  /** Of those, what was done; the others were handled, replayed or discarded by somebody else meanwhile. 0 with a dry run. */
  readonly changed: number;
  /** Records that stand behind those matched. */
  readonly behind: number;
  /** How many were matched, by the code their reason begins with. */
  readonly byReason: Readonly<Record<string, number>>;
}

/** One statement each: a failure later on leaves those before it done and recorded. */
const PORTION = 100;

/**
 * Only what is parked now, before the first change: what fails again meanwhile, or is parked because one before it was discarded, is not
 * touched. Safe to repeat: what is done already is not parked any more.
 * @throws InvalidRequestError the filter names nothing in particular, or there is no reason to change anything.
 */
export async function changeMatching(
  context: OperatedContext,
  filter: MatchingFilter,
  order: ManyOrder,
): Promise<ManyChanged> {
  if (Object.values(filter).every((value) => value === undefined))
    throw new InvalidRequestError(
      'A filter without anything would change every parked record. Name a key, subscription, type, reason code or time.',
    );
  const { change, actor, reason, dryRun } = order;
  if (!dryRun && reason === undefined)
    throw new InvalidRequestError('Messages are replayed or discarded with a reason, for the record.');
  const found = await context.parked.list({ ...filter, statuses: ['parked'], limit: order.limit });
  let changed = 0;
  if (reason !== undefined && !dryRun) {
    for (let from = 0; from < found.length; from += PORTION)
      changed += (await context.changes.parked(change, found.slice(from, from + PORTION), { actor, reason })).length;
  }
  return {
    matched: found.length,
    changed,
    behind: found.reduce((sum, { behind }) => sum + behind, 0),
    byReason: countByCode(found.map((one) => reasonCodeOf(one.reason))),
  };
}

export function countByCode(codes: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return Object.fromEntries([...counts].toSorted(([a], [b]) => a.localeCompare(b)));
}
