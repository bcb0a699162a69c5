// How the rows of an older schema become what is an event today: pure functions on the JSON as it was stored, one version at a time.

/** The data of an event as JSON. */
export type EventData = Record<string, unknown>;

/** Part of a row that is an event of another type now, as one of its versions would have stored it. See {@link asEvent}. */
export class OtherEvent {
  constructor(
    readonly type: string,
    readonly schemaVersion: number,
    readonly data: Readonly<EventData>,
  ) {}
}

/**
 * What becomes of a row: data of the next version of its own event; nothing (`undefined` or `[]`) where the fact is of no interest any more;
 * or several parts in the order in which they are to be read, of its own event or of others.
 */
export type Upcast = EventData | OtherEvent | readonly (EventData | OtherEvent)[] | undefined;

/** Turns the data of schema version n into that of n + 1. Sees nothing but the data, and never writes into it. */
export type Upcaster = (data: Readonly<EventData>) => Upcast;

/**
 * For upcasters: a part that is an event of another type now. `schemaVersion` is the version that `data` has the shape of; when that event gets
 * further versions its own upcasters take it from there. The class of `type` names this event under `from`.
 */
export function asEvent(type: string, schemaVersion: number, data: Readonly<EventData>): OtherEvent {
  return new OtherEvent(type, schemaVersion, data);
}

/** The parts of what an upcaster gave, in order. */
export function partsOf(upcast: Upcast): readonly (EventData | OtherEvent)[] {
  if (upcast === undefined) return [];
  return Array.isArray(upcast) ? (upcast as readonly (EventData | OtherEvent)[]) : [upcast as EventData | OtherEvent];
}
