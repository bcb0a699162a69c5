// An integration event as a message: CloudEvents 1.0, Kafka binary mode. The same event gives the same bytes on every send.
import { deterministicId, type Class, type EventContext } from '../core/index.js';
import { jsonProblem } from '../processes/index.js';
import type { BrokerMessage } from './broker.js';
import { UnpublishableMessageError } from './errors.js';
import { integrationEventType } from './integration-event.js';

export interface OutboundEvent {
  /** Instance of a class with `@IntegrationEvent`. */
  readonly event: object;
  /** The domain event it follows from. */
  readonly cause: EventContext;
  /** Stable name of the publisher: part of the message id. */
  readonly publisher: string;
  readonly topic: string;
  /** URI reference of the service, e.g. `/order-service`. */
  readonly source: string;
  readonly key: string;
}

/** Who asked (the actor) stays inside: it may name a person. @throws UnpublishableMessageError */
export function toBrokerMessage({ event, cause, publisher, topic, source, key }: OutboundEvent): BrokerMessage {
  const type = integrationEventType(event.constructor as Class);
  if (!type) throw new UnpublishableMessageError(event.constructor.name, 'its class has no @IntegrationEvent');
  const data = { ...event };
  const problem = jsonProblem(data) ?? keyProblem(key);
  if (problem) throw new UnpublishableMessageError(type, problem);
  const { correlationId, traceparent } = cause.metadata;
  return {
    topic,
    key,
    headers: {
      ce_specversion: '1.0',
      ce_id: deterministicId('publish', publisher, cause.eventId, cause.part ?? 0), // a domain event maps to one message
      ce_source: source,
      ce_type: type,
      ce_time: cause.time.toISOString(),
      ce_subject: key,
      'content-type': 'application/json',
      ce_correlationid: correlationId,
      ce_causationid: cause.eventId,
      ce_streamversion: String(cause.version),
      ...(traceparent && { traceparent }),
    },
    value: Buffer.from(JSON.stringify(data), 'utf8'),
  };
}

function keyProblem(key: unknown): string | undefined {
  if (typeof key !== 'string' || key === '') return 'its key is empty';
  return jsonProblem(key) && 'its key holds a NUL character or half a surrogate pair';
}
