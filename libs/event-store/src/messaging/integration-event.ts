// @IntegrationEvent declares a public message; topic() groups those that travel together. Never the private domain event.
import { ConfigurationError, declareEvent, type Class } from '../core/index.js';

const types = new WeakMap<object, string>();

/** Declares a class-validator class as a public message. `type` is the CloudEvents type and carries its version: `shop.order.placed.v1`. */
export function IntegrationEvent(type: string): ClassDecorator {
  return (target) => {
    if (!/^[a-z][a-z0-9]*(\.[a-z0-9-]+)+\.v[1-9][0-9]*$/.test(type)) {
      throw new ConfigurationError(
        `@IntegrationEvent('${type}') on ${target.name}: expected dotted words and a version, like 'shop.order.placed.v1'.`,
      );
    }
    types.set(target, type);
    declareEvent(target, { type, schemaVersion: 1, upcast: [] });
  };
}

/** What `@IntegrationEvent` said about this very class, or undefined: a domain event is none. */
export function integrationEventType(eventClass: Class): string | undefined {
  return types.get(eventClass);
}

/** A topic and the closed set of messages on it: what contexts agree on. */
export interface TopicContract {
  readonly topic: string;
  readonly partitions: number;
  readonly events: readonly Class[];
}

/** @throws ConfigurationError when a class has no `@IntegrationEvent`. */
export function topic(name: string, events: readonly Class[], options: { partitions?: number } = {}): TopicContract {
  for (const event of events) {
    if (!integrationEventType(event))
      throw new ConfigurationError(`${event.name} on topic ${name} needs @IntegrationEvent('…').`);
  }
  return { topic: name, partitions: options.partitions ?? 6, events };
}
