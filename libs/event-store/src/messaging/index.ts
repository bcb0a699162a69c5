// The face of messaging: what contracts and the rooms above may use.
export { admit, MAX_MESSAGE_BYTES, placeOf, type Admission } from './admission.js';
export type {
  Broker,
  BrokerDescription,
  BrokerHealth,
  BrokerMessage,
  ConsumeOptions,
  Consumer,
  ReceivedMessage,
  TopicDescription,
  TopicLag,
  TopicSpec,
} from './broker.js';
export { DeadLetterMirror, type DeadLetterMirrorOptions, type DeadLetterStatus } from './dead-letter-mirror.js';
export type { ClaimedLetter, DeadLetter, DeadLetterStore } from './dead-letters.js';
export type { InboundLog, InboundMessage, UnreadableMessage } from './inbound-log.js';
export { IntegrationEvent, integrationEventType, topic, type TopicContract } from './integration-event.js';
export { toBrokerMessage, type OutboundEvent } from './cloud-events.js';
export { HeldBackError, MessageTooLargeError, UnpublishableMessageError } from './errors.js';
export { InboxConsumer, type InboxConsumerOptions } from './inbox-consumer.js';
export { integrationDecoder, type IntegrationDecoder } from './integration-decoder.js';
export { partitionHash, partitionOf } from './partition.js';
export { relaySubscription, type PublishMapping, type RelayOptions } from './publisher-relay.js';
export { setUpTopics, type TopicSetupOptions } from './topic-setup.js';
export { readMessage, type Refusal } from './read-message.js';
export {
  Publish,
  Publisher,
  publisherDefinition,
  type PublisherDefinition,
  type PublisherOptions,
} from './publisher.decorators.js';
