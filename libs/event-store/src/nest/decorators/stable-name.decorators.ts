// Names that survive a rename of the class: a checkpoint is found by its name, and a new name would start anew.
import { Saga } from '@nestjs/cqrs';
import type { Class } from '../../core/index.js';

const sagaNames = new WeakMap<object, Map<string | symbol, string>>();
const handlerNames = new WeakMap<object, string>();

/** Nest's `@Saga()` with a stable name of its own instead of `<Class>.<member>`. */
export function DurableSaga(name: string): PropertyDecorator {
  return (prototype, member) => {
    Saga()(prototype, member);
    const names = sagaNames.get(prototype.constructor) ?? new Map<string | symbol, string>();
    sagaNames.set(prototype.constructor, names.set(member, name));
  };
}

/** Stable name for an `@EventsHandler` class instead of its class name. */
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
