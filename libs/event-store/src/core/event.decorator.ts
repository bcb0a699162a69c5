// @Event names a domain event for ever: the type in the log, its schema version, and how older versions become the present one.
import type { Class } from './event.js';
import { ConfigurationError } from './errors.js';

/** Turns the data of schema version n into that of n + 1. */
export type Upcaster = (data: Readonly<Record<string, unknown>>) => Record<string, unknown>;

export interface EventDeclaration {
  readonly type: string;
  readonly schemaVersion: number;
  /** `upcast[i]` turns version i + 1 into i + 2. */
  readonly upcast: readonly Upcaster[];
}

const declarations = new WeakMap<object, EventDeclaration>();
const typePattern = /^[a-z][a-z0-9]*([.-][a-z0-9]+)+$/;

/** Declares a domain event. `type` is what the log says for ever (`order.placed`); `version` counts schema changes and starts at 1. */
export function Event(type: string, options: { version?: number; upcast?: readonly Upcaster[] } = {}): ClassDecorator {
  const { version = 1, upcast = [] } = options;
  return (target) => {
    if (!typePattern.test(type)) {
      throw new ConfigurationError(
        `@Event('${type}') on ${target.name}: expected lower-case words joined by dots, like 'order.placed'.`,
      );
    }
    if (!Number.isInteger(version) || version < 1 || upcast.length !== version - 1) {
      throw new ConfigurationError(
        `@Event('${type}', { version: ${version} }) on ${target.name} needs ${Math.max(0, version - 1)} upcasters, one for each older version; got ${upcast.length}.`,
      );
    }
    declareEvent(target, { type, schemaVersion: version, upcast });
  };
}

/** For other decorators that declare events (integration events). */
export function declareEvent(target: object, declaration: EventDeclaration): void {
  declarations.set(target, declaration);
}

/** What `@Event` said about this very class (a subclass does not inherit it), or undefined. */
export function eventDeclaration(eventClass: Class): EventDeclaration | undefined {
  return declarations.get(eventClass);
}
