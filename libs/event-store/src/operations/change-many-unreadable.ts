// What an operator may do to many unreadable messages at once: the same as to one, in the order they came, each recorded.
import { InvalidRequestError } from '../core/index.js';
import type { IntegrationDecoder } from '../messaging/index.js';
import { countByCode, type ManyOrder } from './change-many-parked.js';
import { discardUnreadable, type UnreadableOutcome } from './change-parked.js';
import type { OperatedContext } from './operated-context.js';
import type { UnreadableFilter } from './parked-directory.js';
import { replayUnreadable, type ReadAgain } from './replay-unreadable.js';

export type MatchingUnreadable = Omit<UnreadableFilter, 'oldestFirst' | 'limit'>;

export interface ManyUnreadableOrder extends ManyOrder {
  /** The contracts a replay reads them with. */
  readonly decoder: IntegrationDecoder;
}

export interface ManyUnreadableChanged {
  /** Unreadable messages that the filter names, at most `limit`. */
  readonly matched: number;
  /** Of those, what went into the inbox or was there already, or was given up. 0 with a dry run. */
  readonly changed: number;
  /** Of those, what this build cannot read either, by the reason it has for that now. */
  readonly unreadableStill: Readonly<Record<string, number>>;
  /** How many were matched, by the reason they were refused for when they came. */
  readonly byReason: Readonly<Record<string, number>>;
}

/**
 * Only what is unreadable now, before the first change, the oldest first: so those of a key come into the inbox in the order they came. One that
 * still cannot be read does not hold up the later ones of its key, as it did not when it came. A failure leaves those before it done and recorded.
 * Safe to repeat: what is done already is listed no more, and the inbox holds an id once.
 * @throws InvalidRequestError the filter names nothing in particular, or there is no reason to change anything.
 */
export async function changeMatchingUnreadable(
  context: OperatedContext,
  filter: MatchingUnreadable,
  { change, actor, reason, dryRun, limit, decoder }: ManyUnreadableOrder,
): Promise<ManyUnreadableChanged> {
  if (Object.values(filter).every((value) => value === undefined))
    throw new InvalidRequestError(
      'A filter without anything would change every unreadable message. Name a key, type, reason code or time.',
    );
  if (!dryRun && reason === undefined)
    throw new InvalidRequestError('Messages are replayed or discarded with a reason, for the record.');
  const order = { actor, reason: reason ?? '', dryRun }; // a dry run has no record
  const found = await context.parked.unreadable({ ...filter, oldestFirst: true, limit });
  const outcomes: (ReadAgain | UnreadableOutcome)[] = [];
  for (const { id } of found) {
    const ref = { kind: 'unreadable', context: context.name, id } as const;
    outcomes.push(
      change === 'replay'
        ? await replayUnreadable(context, ref, { ...order, decoder })
        : await discardUnreadable(context, ref, order),
    );
  }
  return {
    matched: found.length,
    changed: dryRun ? 0 : outcomes.filter(({ outcome }) => outcome === 'done').length,
    unreadableStill: countByCode(
      outcomes.flatMap((one) => (one.outcome === 'unreadable-still' ? [one.reasonCode] : [])),
    ),
    byReason: countByCode(found.map(({ reasonCode }) => reasonCode)),
  };
}
