// Reads an unreadable message once more, with the contracts at hand: what an older build did not know, a newer one may.
import { readMessage, type IntegrationDecoder } from '../messaging/index.js';
import { unreadableDetail, type Order } from './change-parked.js';
import type { OperatedContext } from './operated-context.js';
import type { Resolution } from './parked-directory.js';
import { formatRef, type ParkedRef } from './parked-ref.js';

export type ReadAgain =
  /** It is in the inbox now (with a dry run: it would be). `duplicate`: the inbox had it already. */
  | { readonly outcome: 'done'; readonly id: string; readonly type: string; readonly duplicate: boolean }
  | { readonly outcome: 'unreadable-still'; readonly reasonCode: string; readonly detail: string }
  | { readonly outcome: 'resolved-already'; readonly resolution: Resolution }
  | { readonly outcome: 'absent' };

class IdReused extends Error {}

/**
 * The message goes into the inbox behind those that have come since, also of its own key: whether that matters is for the operator to
 * judge. Safe to repeat: the inbox holds an id once.
 */
export async function replayUnreadable(
  context: OperatedContext,
  ref: Extract<ParkedRef, { kind: 'unreadable' }>,
  { actor, reason, dryRun, decoder }: Order & { readonly decoder: IntegrationDecoder },
): Promise<ReadAgain> {
  const found = await context.parked.findUnreadable(ref.id);
  if (!found) return { outcome: 'absent' };
  if (found.resolution) return { outcome: 'resolved-already', resolution: found.resolution };
  const message = readMessage(found.message, decoder);
  if ('reasonCode' in message) return { outcome: 'unreadable-still', ...message };
  const { id, type } = message;
  if (dryRun) return { outcome: 'done', id, type, duplicate: false };
  const subject = formatRef(ref);
  try {
    return await context.unitOfWork.run(async () => {
      if (!(await context.parked.resolveUnreadable(ref.id, 'replayed'))) return { outcome: 'absent' as const };
      const { duplicates, reused } = await context.inbound.store([message], []);
      if (reused.length > 0) throw new IdReused();
      const detail = { ...unreadableDetail(found), id, type };
      await context.operations.record({ actor, reason, action: 'unreadable.replay', subject, detail });
      return { outcome: 'done' as const, id, type, duplicate: duplicates > 0 };
    });
  } catch (error) {
    if (!(error instanceof IdReused)) throw error;
    const detail = `Id ${id} came before with another type, key or data.`;
    return { outcome: 'unreadable-still', reasonCode: 'id-reused', detail };
  }
}
