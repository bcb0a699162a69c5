// What this build cannot read, a newer one has written: whether a subscription stops in front of it, parks it or passes it over.
import type { LogRecord, UnknownEventTypeError } from '../core/index.js';
import { UnreadableRecordError } from './failure.js';
import type { SubscriptionDefinition } from './subscription.js';

export interface Sighted {
  /** Those that may be delivered now. */
  readonly ahead: readonly LogRecord[];
  /** The subscription stops behind them. */
  readonly stop?: UnreadableRecordError;
  /** Of those ahead, the ones that are passed over, and why. */
  readonly skipped: readonly { readonly record: LogRecord; readonly problem: UnknownEventTypeError }[];
}

/** Looks at the next records before any of them is handled, so that nothing is done twice because of one that cannot be read. */
export function sightOf(definition: SubscriptionDefinition, records: readonly LogRecord[]): Sighted {
  const { name, unreadable, unknown = 'stop' } = definition;
  const skipped: { record: LogRecord; problem: UnknownEventTypeError }[] = [];
  if (!unreadable || unknown === 'park') return { ahead: records, skipped };
  for (const [index, record] of records.entries()) {
    const problem = unreadableOf(definition, record);
    if (problem && unknown === 'stop')
      return { ahead: records.slice(0, index), stop: new UnreadableRecordError(name, record, problem), skipped };
    if (problem) skipped.push({ record, problem });
  }
  return { ahead: records, skipped };
}

/** Whether the subscription passes the record over because this build cannot read it. */
export function isSkipped({ unknown, unreadable }: SubscriptionDefinition, record: LogRecord): boolean {
  return unknown === 'skip' && unreadable?.(record) !== undefined;
}

/** Only of what is wanted. A `wants` that throws fails the record later, alone. */
function unreadableOf(
  { wants, unreadable }: SubscriptionDefinition,
  record: LogRecord,
): UnknownEventTypeError | undefined {
  try {
    return wants(record) ? unreadable?.(record) : undefined;
  } catch {
    return undefined;
  }
}
