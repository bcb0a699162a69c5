// Everything about one parked record: why, what it points at, who stands behind it, and what operators have done to it.
import { recordOf, type LogRecord, type ParkedMessage } from '../core/index.js';
import type { OperatedContext } from './operated-context.js';
import type { RecordedOperation } from './operations-log.js';
import type { ListedParked, StoredUnreadable } from './parked-directory.js';
import { formatRef, type ParkedRef } from './parked-ref.js';

export type ShownParked =
  | {
      readonly kind: 'record';
      readonly message: ListedParked;
      /** What the log holds at that position; undefined when it no longer has it. */
      readonly record: LogRecord | undefined;
      /** The first of those behind it; `message.behind` says how many there are. */
      readonly behind: readonly ParkedMessage[];
      readonly operations: readonly RecordedOperation[];
    }
  | {
      readonly kind: 'unreadable';
      readonly message: StoredUnreadable;
      readonly operations: readonly RecordedOperation[];
    }
  /** Nothing is there under this name; `operations` may say why. */
  | { readonly kind: 'absent'; readonly operations: readonly RecordedOperation[] };

const BEHIND_SHOWN = 20;

export async function showParked(context: OperatedContext, ref: ParkedRef): Promise<ShownParked> {
  const operations = await context.operations.of(formatRef(ref));
  if (ref.kind === 'unreadable') {
    const message = await context.parked.findUnreadable(ref.id);
    return message ? { kind: 'unreadable', message, operations } : { kind: 'absent', operations };
  }
  const { subscription, position } = ref;
  const message = await context.parked.find(subscription, position);
  if (!message) return { kind: 'absent', operations };
  const record = await context.logs[subscription.log].readAt(position);
  return {
    kind: 'record',
    message,
    record: record && recordOf(record, {}), // with its data, also for whoever writes it down as JSON
    behind: await context.parked.behind(subscription, message.key, position, BEHIND_SHOWN),
    operations,
  };
}
