// A message of another context on its way into the inbox: written as its sender would, read and validated as the inbox does.
import { ConfigurationError, type Class, type EventMetadata } from '../../core/index.js';
import type { InboundMessage } from '../../messaging/index.js';
import { integrationEventType, topic } from '../../messaging/integration-event.js';

const TOPIC = 'given.events.v1';

export function isMessage(event: object): boolean {
  return integrationEventType(event.constructor as Class) !== undefined;
}

/** @throws ConfigurationError a message that the inbox would set aside as unreadable: no process or projection would ever see it. */
export async function toInboundMessage(
  event: object,
  key: string,
  { id, time, metadata }: { readonly id: string; readonly time: Date; readonly metadata: EventMetadata },
): Promise<InboundMessage> {
  // Loaded only here: a domain's unit spec, which needs another kit, shall not wait for the validator.
  const { integrationDecoder, toBrokerMessage } = await import('../../messaging/index.js');
  const { readMessage } = await import('../../messaging/read-message.js');
  const stream = { name: key, category: '', id: key };
  const cause = { stream, version: 1, position: 1n, eventId: id, time, metadata };
  const sent = toBrokerMessage({ event, cause, publisher: 'given', topic: TOPIC, source: '/given', key });
  const decoder = integrationDecoder([topic(TOPIC, [event.constructor as Class])]);
  const read = readMessage({ ...sent, partition: 0, offset: '0' }, decoder);
  if ('reasonCode' in read)
    throw new ConfigurationError(
      `The inbox would refuse this ${event.constructor.name}: ${read.detail} (${read.reasonCode})`,
    );
  return read;
}
