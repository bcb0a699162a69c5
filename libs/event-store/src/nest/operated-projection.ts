// A projection class as operations work on it, outside of a service.
import { ConfigurationError, type Class } from '../core/index.js';
import type { OperatedProjection } from '../operations/index.js';
import { reactionsOf, type ProjectionHandler } from '../subscriptions/index.js';
import { projectionDeclaration } from './decorators/projection.decorator.js';

/** @throws ConfigurationError when the class has no `@Projection`, or cannot be made without Nest. */
export function operatedProjection(projectionClass: Class): OperatedProjection {
  if (projectionClass.length > 0) {
    throw new ConfigurationError(
      `${projectionClass.name} injects something, and operations make it without Nest. What a projection writes comes from the event and its context alone: give it no constructor.`,
    );
  }
  return operatedInstance(new (projectionClass as new () => object)());
}

/** The same of an instance that somebody has made. */
export function operatedInstance(instance: object): OperatedProjection {
  const projectionClass = instance.constructor as Class;
  const {
    name,
    version,
    inline = false,
    tables = [],
    streamKey,
    segments,
    unknown,
  } = projectionDeclaration(projectionClass);
  const methods = instance as Record<string | symbol, ProjectionHandler>;
  const handlers = new Map<Class, ProjectionHandler>();
  for (const [event, member] of reactionsOf(projectionClass))
    handlers.set(event, (...call) => methods[member]!(...call));
  return { name, version, inline, tables, streamKey, segments, unknown, handlers };
}
