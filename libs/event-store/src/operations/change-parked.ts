// What an operator may do to a parked message: have it tried again, or give it up. Each is recorded in the transaction that does it.
import type { OperatedContext } from './operated-context.js';
import type { Operation } from './operations-log.js';
import type { ListedParked, StoredUnreadable } from './parked-directory.js';
import { formatRef, type ParkedRef } from './parked-ref.js';

export interface Order {
  readonly actor: string;
  readonly reason?: string;
  /** Say what would happen, and change nothing. */
  readonly dryRun: boolean;
}

export type ParkedOutcome =
  /** `behind`: records of the same key that follow it. With a dry run: it would be so. */
  | { readonly outcome: 'done'; readonly behind: number }
  /** It is not parked any more, but is still being tried, or waits for those before it. */
  | { readonly outcome: 'not-parked'; readonly status: 'waiting' | 'behind'; readonly dueAt: Date | undefined }
  /** Handled, discarded, or never there. */
  | { readonly outcome: 'absent' };

export type RecordRef = Extract<ParkedRef, { kind: 'record' }>;

/** Puts it back in line, due now; those of its key follow it in order. The same again changes nothing. */
export function replayParked(context: OperatedContext, ref: RecordRef, order: Order): Promise<ParkedOutcome> {
  const { subscription, position } = ref;
  return change(context, ref, order, 'parked.replay', () => context.parking.replay(subscription, position));
}

/** Takes it out for good; those of its key go on. The record stays in its log. */
export function discardParked(
  context: OperatedContext,
  ref: RecordRef,
  order: Order & { readonly reason: string },
): Promise<ParkedOutcome> {
  const { subscription, position } = ref;
  return change(context, ref, order, 'parked.discard', () => context.parking.discard(subscription, position));
}

async function change(
  context: OperatedContext,
  ref: RecordRef,
  { actor, reason, dryRun }: Order,
  action: Operation['action'],
  perform: () => Promise<boolean>,
): Promise<ParkedOutcome> {
  const find = () => context.parked.find(ref.subscription, ref.position);
  const found = await find();
  if (found?.status !== 'parked' || dryRun) return outcomeOf(found);
  const done = await context.unitOfWork.run(async () => {
    if (!(await perform())) return false;
    await context.operations.record({ actor, reason, action, subject: formatRef(ref), detail: detailOf(found) });
    return true;
  });
  return done ? { outcome: 'done', behind: found.behind } : outcomeOf(await find()); // another operator was first
}

function outcomeOf(found: ListedParked | undefined): ParkedOutcome {
  if (!found) return { outcome: 'absent' };
  const { status, behind, dueAt } = found;
  return status === 'parked' ? { outcome: 'done', behind } : { outcome: 'not-parked', status, dueAt };
}

/** What the record of an operation keeps of it; never its data. */
export function detailOf({ messageId, type, key, attempts, reason, parkedAt }: ListedParked): Operation['detail'] {
  return { messageId, type, key, attempts, reason, parkedAt: parkedAt.toISOString() };
}

export type UnreadableOutcome =
  | { readonly outcome: 'done' }
  | { readonly outcome: 'resolved-already'; readonly resolution: 'replayed' | 'discarded' }
  | { readonly outcome: 'absent' };

/** Says that nobody will read it. The message stays as it came, and is not listed any more. */
export async function discardUnreadable(
  context: OperatedContext,
  ref: Extract<ParkedRef, { kind: 'unreadable' }>,
  { actor, reason, dryRun }: Order & { readonly reason: string },
): Promise<UnreadableOutcome> {
  const found = await context.parked.findUnreadable(ref.id);
  if (!found) return { outcome: 'absent' };
  if (found.resolution) return { outcome: 'resolved-already', resolution: found.resolution };
  if (dryRun) return { outcome: 'done' };
  const subject = formatRef(ref);
  const done = await context.unitOfWork.run(async () => {
    if (!(await context.parked.resolveUnreadable(ref.id, 'discarded'))) return false;
    const detail = unreadableDetail(found);
    await context.operations.record({ actor, reason, action: 'unreadable.discard', subject, detail });
    return true;
  });
  if (done) return { outcome: 'done' };
  const resolution = (await context.parked.findUnreadable(ref.id))?.resolution;
  return resolution ? { outcome: 'resolved-already', resolution } : { outcome: 'absent' };
}

export function unreadableDetail({ message, reasonCode }: StoredUnreadable): Operation['detail'] {
  const { topic, partition, offset, key } = message;
  return { topic, partition, offset, key, reasonCode };
}
