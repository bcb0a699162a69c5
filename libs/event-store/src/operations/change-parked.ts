// What an operator may do to a parked record: have it tried again, or give it up. Each is recorded with what does it.
import type { OperatedContext } from './operated-context.js';
import type { ListedParked } from './parked-directory.js';
import type { ParkedRef } from './parked-ref.js';

export interface Order {
  readonly actor: string;
  readonly reason?: string;
  /** Say what would happen, and change nothing. */
  readonly dryRun: boolean;
}

/** What changes only with a reason. */
export type ReasonedOrder = Order & { readonly reason: string };

export type ParkedOutcome =
  /** `behind`: records of the same key that follow it. With a dry run: it would be so. */
  | { readonly outcome: 'done'; readonly behind: number }
  /** It is not parked any more, but is still being tried, or waits for those before it. */
  | { readonly outcome: 'not-parked'; readonly status: 'waiting' | 'behind'; readonly dueAt: Date | undefined }
  /** Handled, discarded, or never there. */
  | { readonly outcome: 'absent' };

export type RecordRef = Extract<ParkedRef, { kind: 'record' }>;

/** Puts it back in line, due now; those of its key follow it in order. The same again changes nothing. */
export function replayParked(context: OperatedContext, ref: RecordRef, order: ReasonedOrder): Promise<ParkedOutcome> {
  return change(context, ref, order, 'replay');
}

/** Takes it out for good; those of its key go on. The record stays in its log. */
export function discardParked(context: OperatedContext, ref: RecordRef, order: ReasonedOrder): Promise<ParkedOutcome> {
  return change(context, ref, order, 'discard');
}

async function change(
  { parked, changes }: OperatedContext,
  { subscription, position }: RecordRef,
  { dryRun, ...by }: ReasonedOrder,
  what: 'replay' | 'discard',
): Promise<ParkedOutcome> {
  const find = () => parked.find(subscription, position);
  const found = await find();
  if (found?.status !== 'parked' || dryRun) return outcomeOf(found);
  const done = await changes.parked(what, [{ ...subscription, position }], by);
  return done.length > 0 ? { outcome: 'done', behind: found.behind } : outcomeOf(await find()); // another operator was first
}

function outcomeOf(found: ListedParked | undefined): ParkedOutcome {
  if (!found) return { outcome: 'absent' };
  const { status, behind, dueAt } = found;
  return status === 'parked' ? { outcome: 'done', behind } : { outcome: 'not-parked', status, dueAt };
}

export type UnreadableOutcome =
  | { readonly outcome: 'done' }
  | { readonly outcome: 'resolved-already'; readonly resolution: 'replayed' | 'discarded' }
  | { readonly outcome: 'absent' };

/** Says that nobody will read it. The message stays as it came, and is not listed any more. */
export async function discardUnreadable(
  { parked, changes }: OperatedContext,
  { id }: Extract<ParkedRef, { kind: 'unreadable' }>,
  { dryRun, ...by }: ReasonedOrder,
): Promise<UnreadableOutcome> {
  const found = await parked.findUnreadable(id);
  if (!found) return { outcome: 'absent' };
  if (found.resolution) return { outcome: 'resolved-already', resolution: found.resolution };
  if (dryRun || (await changes.unreadable(id, undefined, by)) === 'done') return { outcome: 'done' };
  const resolution = (await parked.findUnreadable(id))?.resolution;
  return resolution ? { outcome: 'resolved-already', resolution } : { outcome: 'absent' };
}
