// What a snapshot's state depends on besides its events: the code that applies them. When that changes, old snapshots mean nothing any more.
import type { AggregateDefinition } from './aggregate.decorators.js';
import { EventSourcedAggregate } from './aggregate.js';
import { contentHash } from '../events/content-hash.js';
import type { Class } from '../events/event.js';
import { eventDeclaration } from '../events/event.decorator.js';
import { personalDeclaration } from '../events/personal-data.js';

/**
 * Changes with the text of the class and of those it extends, of its events and their upcasters, and with the number given by hand
 * (`@Aggregate(…, { revision: 2 })`), which is for what these do not show: a function or a constant elsewhere. The text is that of the
 * compiled code, so another compiler makes another revision, and snapshots are taken anew.
 */
export function snapshotRevision(aggregateClass: Class, definition: AggregateDefinition): string {
  const classes: string[] = [];
  for (
    let at: unknown = aggregateClass;
    typeof at === 'function' && at !== EventSourcedAggregate && at !== Function.prototype;
    at = Object.getPrototypeOf(at)
  ) {
    classes.push(String(at));
  }
  const events = [...definition.appliers.keys(), ...definition.retired].map(described);
  return contentHash([definition.revision, classes, events]);
}

/** With the events it is made from: their upcasters say what it is. */
function described(event: Class): unknown[] {
  const { type, schemaVersion, upcast, aliases, from } = eventDeclaration(event)!;
  const personal = personalDeclaration(event);
  return [
    type,
    schemaVersion,
    String(event),
    upcast.map(String),
    aliases,
    from.map(described),
    ...(personal ? [personal] : []),
  ];
}
