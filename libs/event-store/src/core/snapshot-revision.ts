// What a snapshot's state depends on besides its events: the code that applies them. When that changes, old snapshots mean nothing any more.
import type { AggregateDefinition } from './aggregate.decorators.js';
import { contentHash } from './clock.js';
import type { Class } from './event.js';
import { eventDeclaration } from './event.decorator.js';

const revisions = new WeakMap<Class, string>();

/**
 * Changes with the `@When` methods of the class, the schema versions of their events, the state it begins with, and the number given by hand
 * (`@Aggregate(…, { revision: 2 })`), which is for what these do not show: a function elsewhere that a method calls.
 */
export function snapshotRevision(aggregateClass: Class, definition: AggregateDefinition, initial: object): string {
  const known = revisions.get(aggregateClass);
  if (known !== undefined) return known;
  const methods = aggregateClass.prototype as Record<string | symbol, unknown>;
  const appliers = [...definition.appliers].map(([event, name]) => {
    const { type, schemaVersion } = eventDeclaration(event)!;
    return [type, schemaVersion, String(methods[name])];
  });
  const revision = contentHash([definition.revision, initial, appliers]);
  revisions.set(aggregateClass, revision);
  return revision;
}
