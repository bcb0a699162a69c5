// Names that survive a rename of the class: a checkpoint is found by its name, and a new name would start anew.
import { Saga } from '@nestjs/cqrs';
import type { Class, EventContext } from '../../core/index.js';
import type { UnknownPolicy } from '../../subscriptions/index.js';

export interface DurableOptions {
  /** What becomes of an event that only a newer build can read, default `stop`. */
  readonly unknown?: UnknownPolicy;
}

interface Declared extends DurableOptions {
  readonly name: string;
}

const sagas = new WeakMap<object, Map<string | symbol, Declared>>();
const handlers = new WeakMap<object, Declared>();

/**
 * Nest's `@Saga()` with a stable name of its own instead of `<Class>.<member>`. The commands it answers an event with are stored once; the
 * function itself may run several times, so it decides and does nothing else.
 */
export function DurableSaga(name: string, options: DurableOptions = {}): PropertyDecorator {
  return (prototype, member) => {
    Saga()(prototype, member);
    const known = sagas.get(prototype.constructor) ?? new Map<string | symbol, Declared>();
    sagas.set(prototype.constructor, known.set(member, { name, ...options }));
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
export function DurableHandler(name: string, options: DurableOptions = {}): ClassDecorator {
  return (target) => {
    handlers.set(target, { name, ...options });
  };
}

export function durableSaga(sagaClass: Class, member: string | symbol): Declared {
  return sagas.get(sagaClass)?.get(member) ?? { name: `${sagaClass.name}.${String(member)}` };
}

export function durableHandler(handlerClass: Class): Declared {
  return handlers.get(handlerClass) ?? { name: handlerClass.name };
}
