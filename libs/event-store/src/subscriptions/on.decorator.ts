// @On ties a method of a projection (or process manager) to an event class. Kept here, without Nest, so that such classes stay plain.
import type { Class, EventContext } from '../core/index.js';

const reactions = new WeakMap<object, Map<Class, string | symbol>>();

/** The method is called with the event, its {@link EventContext}, and — in a projection — the database handle of the transaction. */
export function On<E extends object>(event: Class<E>) {
  return <M extends (event: E, context: EventContext, db: never) => unknown>(
    prototype: object,
    name: string | symbol,
    _descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    const known = reactions.get(prototype) ?? new Map<Class, string | symbol>();
    reactions.set(prototype, known.set(event, name));
  };
}

/** Event class → method name, of the class and those it extends. */
export function reactionsOf(reactingClass: Class): ReadonlyMap<Class, string | symbol> {
  const found = new Map<Class, string | symbol>();
  for (let at = reactingClass.prototype as object | null; at; at = Object.getPrototypeOf(at) as object | null) {
    for (const [event, name] of reactions.get(at) ?? []) if (!found.has(event)) found.set(event, name);
  }
  return found;
}
