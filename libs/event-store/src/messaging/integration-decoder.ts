// The closed set of messages a service accepts: per topic, type → class. Types come from outside, so they are looked up, never imported.
import { getMetadataStorage } from 'class-validator';
import { ConfigurationError, EventRegistry, type Class, type EncodedEvent } from '../core/index.js';
import { integrationEventType, type TopicContract } from './integration-event.js';

export interface IntegrationDecoder {
  readonly topics: readonly string[];
  /** The class of `type` on `topic`, or undefined. */
  classOf(topic: string, type: string): Class | undefined;
  /** A stored message as an instance of its class. @throws UnknownEventTypeError */
  decode(stored: EncodedEvent): object;
  /** All classes of all topics. */
  readonly registry: EventRegistry;
}

/**
 * @throws ConfigurationError a topic given twice, a type of two classes, a class that cannot be built without arguments, or one with a
 * field that no validator describes.
 */
export function integrationDecoder(contracts: readonly TopicContract[]): IntegrationDecoder {
  const topics = new Map<string, Map<string, Class>>();
  const registry = new EventRegistry();
  for (const { topic, events } of contracts) {
    if (topics.has(topic)) throw new ConfigurationError(`Topic ${topic} is listed twice among the topics to consume.`);
    registry.register(...events);
    events.forEach(assertReadable);
    topics.set(topic, new Map(events.map((event) => [integrationEventType(event)!, event])));
  }
  return {
    topics: [...topics.keys()],
    classOf: (topic, type) => topics.get(topic)?.get(type),
    decode: (stored) => registry.decode(stored),
    registry,
  };
}

/** Only described fields are read from a message: one that was forgotten would always be missing. */
function assertReadable(eventClass: Class): void {
  const described = new Set(
    getMetadataStorage()
      .getTargetValidationMetadatas(eventClass, '', true, false)
      .map(({ propertyName }) => propertyName),
  );
  const forgotten = Object.keys(build(eventClass)).find((field) => !described.has(field));
  if (forgotten === undefined) return;
  throw new ConfigurationError(
    `${eventClass.name}.${forgotten} has no class-validator decorator and would never be read. Describe it, with @Allow() if it may be anything.`,
  );
}

/** class-transformer calls the constructor without arguments before it fills the fields. */
function build(eventClass: Class): object {
  try {
    return Reflect.construct(eventClass, []) as object;
  } catch (cause) {
    throw new ConfigurationError(
      `${eventClass.name} cannot be built without arguments. Let the constructor of a message only assign its parameters to fields.`,
      { cause },
    );
  }
}
