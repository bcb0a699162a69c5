// What a handler is told about a record besides the event itself, and the events that a record is.
import {
  splitStream,
  type Class,
  type EventContext,
  type EventRegistry,
  type LogName,
  type LogRecord,
} from '../core/index.js';

/** Own events carry a stream; a message of another context has only its key. */
export function eventContextOf({ key, version, position, id, time, metadata }: LogRecord, log: LogName): EventContext {
  const stream = log === 'events' ? { name: key, ...splitStream(key) } : { name: key, category: '', id: key };
  return { stream, version, position, eventId: id, time, metadata };
}

/** An event with what its handler is told about it. */
export interface EventInContext {
  readonly event: object;
  readonly context: EventContext;
}

/** What the record is today, in order: one event, unless an upcaster makes none or several of it. @throws as `EventRegistry.decodeAll` */
export function eventsIn(record: LogRecord, log: LogName, registry: EventRegistry): EventInContext[] {
  return inContext(registry.decodeAll(record), eventContextOf(record, log));
}

/** The events that one row is, each with its part of the context. */
export function inContext(events: readonly object[], context: EventContext): EventInContext[] {
  if (events.length === 1) return [{ event: events[0]!, context }];
  return events.map((event, part) => ({ event, context: { ...context, part } }));
}

/** Every name under which a row may give an instance of one of these classes. */
export function namesOfAll(classes: Iterable<Class>, registry: EventRegistry): Set<string> {
  return new Set([...classes].flatMap((eventClass) => registry.namesOf(eventClass)));
}
