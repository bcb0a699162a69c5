// A record as a delivery looks at it: its key, whether the subscription wants it, and the message context its handler runs in.
import { MessageContext, type LogRecord } from '../core/index.js';
import type { SubscriptionDefinition } from './subscription.js';
import { skippedFor } from './unreadable.js';

export interface Item {
  readonly record: LogRecord;
  readonly key: string;
  readonly wanted: boolean;
  /** `wants` or `keyOf` threw on this record: it fails like a handler would, alone. */
  readonly fault?: { readonly error: unknown };
  /** It was set aside, and is passed over now: nothing is done with it. */
  readonly passed?: boolean;
}

export function itemOf(definition: SubscriptionDefinition, record: LogRecord): Item {
  const { wants, keyOf } = definition;
  try {
    const wanted = wants(record) && !skippedFor(definition, record);
    return { record, wanted, key: wanted && keyOf ? keyOf(record) : record.key };
  } catch (error) {
    return { record, wanted: true, key: record.key, fault: { error } };
  }
}

export function distinctKeys(items: readonly Item[]): string[] {
  return [...new Set(items.map((item) => item.key))];
}

/** Commands sent by a handler take their ids from subscription and record, so that a repeat of the record sends the same ones. */
export function contextOf(subscription: string, { id, metadata }: LogRecord): MessageContext {
  const { correlationId, actor, reason, traceparent } = metadata;
  return new MessageContext({
    correlationId,
    causationId: id,
    actor,
    reason,
    traceparent,
    seed: `${subscription}:${id}`,
  });
}
