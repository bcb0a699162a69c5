// Which records there is anything to do about, where only a decision tells: asked before a unit of work is open, so that none is opened for nothing.
import type { Clock, LogRecord } from '../../core/index.js';
import { callWithin } from '../call.js';
import { inContextOf, itemOf, type Item } from '../item.js';
import type { Session } from '../runner/session.js';
import type { TransactionalSubscription } from '../subscription.js';

interface ConcernedOptions {
  readonly definition: TransactionalSubscription;
  readonly clock: Clock;
}

/** Fewer than `records` when a drain has begun: the others come again. A record whose decision fails fails when its turn comes. */
export async function concernedItems(
  records: readonly LogRecord[],
  session: Session,
  options: ConcernedOptions,
): Promise<readonly Item[]> {
  const { definition } = options;
  const items = records.map((record) => itemOf(definition, record));
  if (!definition.concerns) return items;
  const asked: Item[] = [];
  for (const item of items) {
    if (session.intake.aborted) break;
    asked.push(item.wanted && !item.fault ? await ask(item, session, options) : item);
  }
  return asked;
}

async function ask(item: Item, session: Session, { definition, clock }: ConcernedOptions): Promise<Item> {
  const { name, deadlineMs } = definition;
  try {
    const what = `${name} on record ${item.record.position}`;
    const answer = callWithin(() => inContextOf(definition, item.record, () => definition.concerns!(item.record)), {
      clock,
      what,
      deadlineMs,
      cut: session.signal,
    });
    return { ...item, wanted: await answer };
  } catch (error) {
    session.signal.throwIfAborted();
    return { ...item, fault: { error } };
  }
}
