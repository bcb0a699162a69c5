// A record as a delivery looks at it: its key, whether the subscription wants it, and the message context its handler runs in.
import {
  inSpan,
  measured,
  MessageContext,
  spanAttributes as names,
  storeMetrics,
  type LogRecord,
  type SpanAttributes,
  type SpanInit,
} from '../core/index.js';
import type { SubscriptionDefinition } from './subscription.js';
import { skippedFor } from './delivery/unreadable.js';

/** Where records come from is one of our logs, whatever broker has brought them there. */
const LOGS = 'event_store';

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

/** Calls the handler in the message context of its record, as a step of the trace that the record belongs to. */
export function inContextOf<T>(
  definition: SubscriptionDefinition,
  record: LogRecord,
  handle: () => Promise<T>,
): Promise<T> {
  const attributes = () => ({
    [names.position]: Number(record.position),
    [names.recordType]: record.type,
    [names.messagingMessageId]: record.id,
  });
  return inSpan(
    () => processing(definition, attributes()),
    (span) =>
      timed(definition, () => MessageContext.run(contextOf(definition.name, record, span?.traceparent), handle)),
    record.metadata.traceparent,
  );
}

/** Many records in one call: each has its own trace, and the call has to do with all of them. */
export function inBatchSpan<T>(
  definition: SubscriptionDefinition,
  records: readonly LogRecord[],
  handle: () => Promise<T>,
): Promise<T> {
  const links = () => records.map(({ metadata }) => metadata.traceparent);
  return inSpan(
    () => ({ ...processing(definition, { [names.messagingBatchSize]: records.length }), links: links() }),
    () => timed(definition, handle),
  );
}

function timed<T>({ name: subscription }: SubscriptionDefinition, handle: () => Promise<T>): Promise<T> {
  return measured(
    storeMetrics.handlingDuration,
    (ending) => ({ subscription, outcome: 'result' in ending ? 'handled' : 'failed' }),
    handle,
  );
}

function processing({ name, log }: SubscriptionDefinition, more: SpanAttributes): SpanInit {
  const attributes = {
    [names.messagingSystem]: LOGS,
    [names.messagingOperation]: 'process',
    [names.messagingOperationName]: 'process',
    [names.messagingDestination]: log,
    [names.subscription]: name,
    [names.log]: log,
    ...more,
  };
  return { name: `process ${name}`, kind: 'consumer', attributes };
}

/** Commands sent by a handler take their ids from subscription and record, so that a repeat of the record sends the same ones. */
export function contextOf(
  subscription: string,
  { id, metadata }: LogRecord,
  traceparent = metadata.traceparent,
): MessageContext {
  const { correlationId, actor, reason } = metadata;
  return new MessageContext({
    correlationId,
    causationId: id,
    actor,
    reason,
    traceparent,
    seed: `${subscription}:${id}`,
  });
}
