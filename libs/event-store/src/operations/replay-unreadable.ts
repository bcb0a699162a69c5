// Reads an unreadable message once more, with the contracts at hand: what an older build did not know, a newer one may.
import { readMessage, type IntegrationDecoder } from '../messaging/index.js';
import type { ReasonedOrder } from './change-parked.js';
import type { OperatedContext } from './operated-context.js';
import type { Resolution } from './parked-directory.js';
import type { ParkedRef } from './parked-ref.js';

export type ReadAgain =
  /** It is in the inbox now (with a dry run: it would be). `duplicate`: the inbox had it already. */
  | { readonly outcome: 'done'; readonly id: string; readonly type: string; readonly duplicate: boolean }
  | { readonly outcome: 'unreadable-still'; readonly reasonCode: string; readonly detail: string }
  | { readonly outcome: 'resolved-already'; readonly resolution: Resolution }
  | { readonly outcome: 'absent' };

/**
 * The message goes into the inbox behind those that have come since, also of its own key: whether that matters is for the operator to
 * judge. Safe to repeat: the inbox holds an id once.
 */
export async function replayUnreadable(
  { parked, changes }: OperatedContext,
  ref: Extract<ParkedRef, { kind: 'unreadable' }>,
  { dryRun, decoder, ...by }: ReasonedOrder & { readonly decoder: IntegrationDecoder },
): Promise<ReadAgain> {
  const found = await parked.findUnreadable(ref.id);
  if (!found) return { outcome: 'absent' };
  if (found.resolution) return { outcome: 'resolved-already', resolution: found.resolution };
  const message = readMessage(found.message, decoder);
  if ('reasonCode' in message) return { outcome: 'unreadable-still', ...message };
  const { id, type } = message;
  const done = dryRun ? 'done' : await changes.unreadable(ref.id, message, by);
  if (done === 'absent') return { outcome: done };
  if (done !== 'id-reused') return { outcome: 'done', id, type, duplicate: done === 'duplicate' };
  const detail = 'Its id came before with another type, key or data.';
  return { outcome: 'unreadable-still', reasonCode: done, detail };
}
