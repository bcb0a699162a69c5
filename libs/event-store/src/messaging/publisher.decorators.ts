// @Publisher and @Publish: private fact → public message. What is not named here is not published.
import { ConfigurationError, type Class, type EventContext } from '../core/index.js';
import { requireSegments, type UnknownPolicy } from '../subscriptions/index.js';
import { topic, type TopicContract } from './integration-event.js';

export interface PublisherOptions<E extends object = object> {
  /** Message key: messages of one key keep their order. Default: the id part of the stream's name. */
  readonly key?: (event: E, context: EventContext) => string;
  /** Stable name of the publisher's checkpoint. Default: the class name. */
  readonly name?: string;
  /**
   * Into how many shards the streams are divided, default 1: the processes of the service share them. Messages of one stream keep their order; those
   * of one key keep it only where the key belongs to one stream. It may be changed at any time.
   */
  readonly shards?: number;
  /** What becomes of an event that only a newer build can read, default `stop`. */
  readonly unknown?: UnknownPolicy;
}

export interface PublisherDefinition {
  readonly name: string;
  readonly topic: TopicContract;
  readonly key: (event: object, context: EventContext) => string;
  readonly shards: number;
  readonly unknown: UnknownPolicy | undefined;
  /** Domain event class → method that makes the integration event (or undefined: not this one). */
  readonly publishes: ReadonlyMap<Class, string | symbol>;
}

const publishers = new WeakMap<object, { topic: TopicContract; options: PublisherOptions }>();
const mappings = new WeakMap<object, Map<Class, string | symbol>>();

/** Declares where a class publishes: a topic contract, or the name of a topic with the usual number of partitions. */
export function Publisher(to: TopicContract | string, options: PublisherOptions = {}): ClassDecorator {
  return (target) => {
    publishers.set(target, { topic: typeof to === 'string' ? topic(to, []) : to, options });
  };
}

/** The method returns the integration event for this domain event, or undefined when it stays private. Pure. */
export function Publish<E extends object>(event: Class<E>) {
  return <M extends (event: E, context: EventContext) => object | undefined>(
    prototype: object,
    name: string | symbol,
    _descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    const known = mappings.get(prototype) ?? new Map<Class, string | symbol>();
    mappings.set(prototype, known.set(event, name));
  };
}

/** @throws ConfigurationError when the class is no publisher, publishes nothing, or has a number of shards that cannot be. */
export function publisherDefinition(publisherClass: Class): PublisherDefinition {
  const declared = publishers.get(publisherClass);
  const publishes = mappings.get(publisherClass.prototype as object);
  if (!declared || !publishes) {
    throw new ConfigurationError(
      `${publisherClass.name} is not a publisher. It needs @Publisher('topic') and at least one @Publish(Event).`,
    );
  }
  const {
    name = publisherClass.name,
    key = (_event: object, context: EventContext) => context.stream.id,
    shards = 1,
    unknown,
  } = declared.options;
  requireSegments(`Publisher ${name}`, shards);
  return { name, topic: declared.topic, key, shards, unknown, publishes };
}
