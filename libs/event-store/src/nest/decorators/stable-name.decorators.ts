// Names that survive a rename of the class: a checkpoint is found by its name, and a new name would start anew.
import { Saga } from '@nestjs/cqrs';
import type { Class, EventContext } from '../../core/index.js';

const sagaNames = new WeakMap<object, Map<string | symbol, string>>();
const handlerNames = new WeakMap<object, string>();

/**
 * Nest's `@Saga()` with a stable name of its own instead of `<Class>.<member>`. The commands it answers an event with are stored once; the
 * function itself may run several times, so it decides and does nothing else.
 */
export function DurableSaga(name: string): PropertyDecorator {
  return (prototype, member) => {
    Saga()(prototype, member);
    const names = sagaNames.get(prototype.constructor) ?? new Map<string | symbol, string>();
    sagaNames.set(prototype.constructor, names.set(member, name));
  };
}

/**
 * What an `@EventsHandler` class may implement instead of Nest's `IEventHandler`. What it writes through `db` (TypeORM's EntityManager on
 * PostgreSQL) commits with its checkpoint and happens once per event; a repository of its own, a mail or a call happens at least once, so
 * make it idempotent by `context.eventId`. Its commands carry ids that derive from the event: they have their effect once.
 */
export interface DurableEventHandler<E extends object = object> {
  handle(event: E, context: EventContext, db: unknown): unknown;
}

/** Stable name for an `@EventsHandler` class instead of its class name; see {@link DurableEventHandler} for what happens once. */
export function DurableHandler(name: string): ClassDecorator {
  return (target) => {
    handlerNames.set(target, name);
  };
}

export function sagaName(sagaClass: Class, member: string | symbol): string {
  return sagaNames.get(sagaClass)?.get(member) ?? `${sagaClass.name}.${String(member)}`;
}

export function handlerName(handlerClass: Class): string {
  return handlerNames.get(handlerClass) ?? handlerClass.name;
}
