// The relay: private facts become public messages. The event log is the outbox; the runner moves the checkpoint over what the broker has acknowledged.
import {
  ConfigurationError,
  failpoint,
  inSpan,
  measured,
  meter,
  spanAttributes as names,
  storeMetrics,
  type Class,
  type EventContext,
  type EventRegistry,
  type LogRecord,
  type SpanInit,
} from '../core/index.js';
import {
  eventsIn,
  namesOfAll,
  segmentName,
  segmentOf,
  type BatchSubscription,
  type EventInContext,
  type RetryPolicy,
  type Segment,
  type UnknownPolicy,
} from '../subscriptions/index.js';
import { admissionProblem } from './admission.js';
import type { Broker, BrokerMessage } from './broker.js';
import { toBrokerMessage } from './cloud-events.js';
import { HeldBackError, UnpublishableMessageError, type MessageTooLargeError } from './errors.js';

/** Gives the integration event for a domain event, or undefined when there is nothing to say. Pure: the same event, the same message. */
export type PublishMapping = (event: never, context: EventContext) => object | undefined;

export interface RelayOptions {
  /** Stable for ever: message ids derive from it. */
  readonly name: string;
  readonly topic: string;
  /** URI reference of this service, e.g. `/order-service`. */
  readonly source: string;
  /** What is not named here is not published. */
  readonly publish: ReadonlyMap<Class, PublishMapping>;
  /** Only the streams of this shard; the subscription is then one of several. Default: all streams. */
  readonly segment?: Segment | undefined;
  /** The message key: messages of one key arrive in order. Events of one stream should share one. */
  readonly key: (event: never, context: EventContext) => string;
  readonly registry: EventRegistry;
  readonly broker: Broker;
  readonly unknown?: UnknownPolicy | undefined;
  /** Messages in one send, default 500. */
  readonly batchSize?: number;
}

interface Failure {
  readonly position: bigint;
  readonly error: unknown;
}

/** @throws ConfigurationError a class to publish that is no registered event. */
export function relaySubscription(options: RelayOptions): BatchSubscription {
  const { name, publish, registry, segment, batchSize = 500, unknown } = options;
  for (const eventClass of publish.keys()) requireRegistered(eventClass, options);
  const types = namesOfAll(publish.keys(), registry);
  return {
    delivery: 'batch',
    name: segment ? segmentName(name, segment) : name,
    ...(segment && { segmentOf: name }),
    divisible: true,
    log: 'events',
    start: 'beginning',
    batchSize,
    wants: ({ type, key }) => types.has(type) && (!segment || segmentOf(key, segment.of) === segment.index),
    unreadable: (record) => registry.unreadable(record),
    unknown,
    retryFor: (code) => (HOPELESS.includes(code) ? AT_ONCE : undefined),
    handleBatch: (records) => relay(records, options),
  };
}

/** The same event gives the same bytes: what was too large, or could not travel, is so the next time as well. */
const HOPELESS: readonly string[] = [
  'ES-1401' satisfies MessageTooLargeError['code'],
  'ES-1402' satisfies UnpublishableMessageError['code'],
];
const AT_ONCE: RetryPolicy = { maxAttempts: 1, firstDelayMs: 0, maxDelayMs: 0 };

function requireRegistered(eventClass: Class, { name, registry }: RelayOptions): void {
  if (registry.has(eventClass)) return;
  throw new ConfigurationError(
    `Publisher ${name} publishes ${eventClass.name}, which is not a registered event of this service.`,
  );
}

async function relay(records: readonly LogRecord[], options: RelayOptions): Promise<readonly Failure[]> {
  failpoint('relay.afterFetch');
  const { sending, failures } = prepare(records, options);
  if (sending.length === 0) return failures;
  const refused = new Map<number, unknown>();
  const { broker } = options;
  const messages = sending.map(({ message }) => message);
  const sent = await inSpan(
    () => sendSpan(messages, broker),
    () => send(messages, broker),
  );
  for (const { index, error } of sent) refused.set(index, error);
  failpoint('relay.afterSendBeforeMark');
  const held = new Set<string>();
  for (const [index, { record }] of sending.entries()) {
    // A successor of a message the broker refused comes again behind it; where it went out already, the inbox drops the copy.
    const error = refused.get(index) ?? (held.has(record.key) ? new HeldBackError(record.key) : undefined);
    if (error === undefined) continue;
    held.add(record.key);
    if (failures.at(-1)?.position !== record.position) failures.push({ position: record.position, error });
  }
  return failures;
}

async function send(messages: readonly BrokerMessage[], broker: Broker): ReturnType<Broker['publish']> {
  const at = { messaging_system: broker.name, messaging_destination_name: messages[0]!.topic };
  const count = (outcome: 'sent' | 'refused' | 'failed', by: number): void =>
    meter()?.add(storeMetrics.messagesSent, { ...at, outcome }, by);
  try {
    const refused = await measured(
      storeMetrics.sendDuration,
      () => ({ ...at, messaging_operation_name: 'send' }),
      () => broker.publish(messages),
    );
    count('sent', messages.length - refused.length);
    if (refused.length > 0) count('refused', refused.length);
    return refused;
  } catch (error) {
    count('failed', messages.length);
    throw error;
  }
}

/** Each message keeps the trace context of its event, in its header; the send has to do with all of them. */
function sendSpan(messages: readonly BrokerMessage[], { name }: Broker): SpanInit {
  const { topic } = messages[0]!;
  return {
    name: `send ${topic}`,
    kind: 'producer',
    links: messages.map(({ headers }) => headers['traceparent']),
    attributes: {
      [names.messagingSystem]: name,
      [names.messagingOperation]: 'send',
      [names.messagingOperationName]: 'send',
      [names.messagingDestination]: topic,
      [names.messagingBatchSize]: messages.length,
    },
  };
}

/** Sorts out what cannot be sent, with its successors of the same key. */
function prepare(records: readonly LogRecord[], options: RelayOptions) {
  const sending: { record: LogRecord; message: BrokerMessage }[] = [];
  const failures: Failure[] = [];
  const held = new Set<string>();
  for (const record of records) {
    try {
      if (held.has(record.key)) throw new HeldBackError(record.key);
      const messages = messagesFor(record, options);
      for (const message of messages) sending.push({ record, message });
    } catch (error) {
      held.add(record.key);
      failures.push({ position: record.position, error });
    }
  }
  return { sending, failures };
}

/** One for each event that the record is, but for those that stay private. @throws what is wrong with this one record */
function messagesFor(record: LogRecord, options: RelayOptions): BrokerMessage[] {
  return eventsIn(record, 'events', options.registry).flatMap((part) => messageFor(part, record.type, options) ?? []);
}

function messageFor(
  { event: domainEvent, context: cause }: EventInContext,
  type: string,
  { publish, key, name, topic, source }: RelayOptions,
): BrokerMessage | undefined {
  const map = publish.get(domainEvent.constructor as Class);
  const event = map?.(domainEvent as never, cause);
  if (event === undefined) return undefined;
  if (typeof event !== 'object' || event === null || event instanceof Promise) {
    throw new UnpublishableMessageError(type, `publisher ${name} must return an integration event or undefined`);
  }
  const message = toBrokerMessage({
    event,
    cause,
    publisher: name,
    topic,
    source,
    key: key(domainEvent as never, cause),
  });
  const problem = admissionProblem(message);
  if (problem) throw problem;
  return message;
}
