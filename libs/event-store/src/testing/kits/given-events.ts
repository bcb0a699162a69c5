// What has happened before a test begins: instances of event classes, rows as an older build has stored them, streams with a name.
import { eventDeclaration, type Class, type EncodedEvent, type EventRegistry } from '../../core/index.js';
import { show } from './differences.js';

/** See {@link storedEvent}. */
export class StoredForm implements EncodedEvent {
  constructor(
    readonly type: string,
    readonly schemaVersion: number,
    readonly data: object,
  ) {}
}

/** See {@link eventsOf}. */
export class EventsOf {
  constructor(
    readonly source: string,
    readonly events: readonly object[],
  ) {}
}

/** An event as an older build has stored it, the way to test an upcaster: `storedEvent('order.placed', 1, { customer: 'alice' })`. */
export function storedEvent(type: string, schemaVersion: number, data: object): StoredForm {
  return new StoredForm(type, schemaVersion, data);
}

/** Events of a stream other than the test's own, `eventsOf('order-2', placed, cancelled)`; messages of another context come with it as their key. */
export function eventsOf(source: string, ...events: readonly object[]): EventsOf {
  return new EventsOf(source, events);
}

export interface Happening {
  readonly event: object;
  /** Name of the stream, or key of the message; undefined for the test's own. */
  readonly source: string | undefined;
}

export function happenings(givenEvents: readonly object[]): Happening[] {
  return givenEvents.flatMap((one): Happening[] =>
    one instanceof EventsOf
      ? one.events.map((event) => ({ event, source: one.source }))
      : [{ event: one, source: undefined }],
  );
}

export function encodeGiven(event: object, registry: EventRegistry): EncodedEvent {
  if (!(event instanceof StoredForm)) return registry.encode(event);
  const { type, schemaVersion, data } = event;
  return { type, schemaVersion, data };
}

/** `order` of `order.placed`: the category of the stream that begins with this event, unless the test says otherwise. */
export function categoryOf(event: object): string {
  const type = event instanceof StoredForm ? event.type : eventDeclaration(event.constructor as Class)?.type;
  return type?.split(/[.-]/)[0] ?? 'given';
}

/** `OrderPlaced { … }`, or type, version and data of a row. */
export function eventLine(event: object): string {
  return event instanceof StoredForm
    ? `${event.type} (version ${event.schemaVersion}) ${show(event.data)}`
    : show(event);
}

export function numbered(events: readonly object[]): string[] {
  return events.map((event, index) => `${index + 1} ${eventLine(event)}`);
}
