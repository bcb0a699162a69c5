// What this build cannot read, a newer one has written: whether a subscription stops in front of it, parks it or passes it over.
import {
  meter,
  storeMetrics,
  type LogRecord,
  type ParkingStore,
  type UnknownEventTypeError,
} from '../../core/index.js';
import { codeOfReason, reasonOf, UnreadableRecordError } from '../failure.js';
import type { Logger } from '../logger.js';
import type { SubscriptionDefinition } from '../subscription.js';

export const UNKNOWN: UnknownEventTypeError['code'] = 'ES-1005';

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

/** Why this build cannot read the record, where the subscription passes it over for that. */
export function skippedFor(
  { unknown, unreadable }: SubscriptionDefinition,
  record: LogRecord,
): UnknownEventTypeError | undefined {
  return unknown === 'skip' ? unreadable?.(record) : undefined;
}

export function tellSkipped({ name }: SubscriptionDefinition, record: LogRecord, problem: Error, logger: Logger): void {
  const { position, key, type, id } = record;
  const fields = { subscription: name, key, type, position, id, reason: reasonOf(problem) };
  meter()?.add(storeMetrics.recordsSkipped, { subscription: name });
  logger.warn(`Subscription ${name} passes a record over, for good: position ${position}.`, fields);
}

/** What was parked while a subscription was to park waits for nothing any more, now that it is to skip: due at once, it is passed over. */
export async function replayUnknown(
  { name, log, unknown }: SubscriptionDefinition,
  parking: Pick<ParkingStore, 'list' | 'replay'>,
): Promise<void> {
  if (unknown !== 'skip') return;
  for (const one of await parking.list({ name, status: 'parked' })) {
    if (one.log === log && codeOfReason(one.reason) === UNKNOWN) await parking.replay({ name, log }, one.position);
  }
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
