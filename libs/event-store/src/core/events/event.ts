// The event as it is written, as it is stored, and as a handler meets it. Everything else in the library moves these shapes around.

/** Who, why and because of what an event was recorded. Travels with every event and message; see {@link MessageContext}. */
export interface EventMetadata {
  /** The same for everything that follows from one request. */
  readonly correlationId: string;
  /** Id of the command or event that led here. */
  readonly causationId?: string;
  /** Id of the command whose decision this is. */
  readonly commandId?: string;
  /** Who asked, e.g. `customer:alice` or `process:checkout`. Never encrypted. */
  readonly actor?: string;
  /** Why. Never encrypted, and all that follows carries it, in other contexts too: a fixed word, or an operator's, not what customers type. */
  readonly reason?: string;
  /** W3C trace context. */
  readonly traceparent?: string;
  /** Only of a command that a process takes a step back with: id of the command that was the step. */
  readonly undoes?: string;
}

/** An event on its way into a stream. `data` is plain JSON data. */
export interface EventToAppend {
  /** UUID; deterministic where it follows from a command, so that a repeat is recognised. */
  readonly id: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: object;
  readonly metadata: EventMetadata;
}

/** An event as the store holds it. `data` is the JSON as written; {@link EventRegistry.decode} makes it an instance of its class. */
export interface StoredEvent extends EventToAppend {
  /** `<category>-<id>`, e.g. `order-0198…`. */
  readonly stream: string;
  /** 1..n inside the stream, no gap. */
  readonly version: number;
  /** Place in the store-wide order. */
  readonly position: bigint;
  /** Time of the append on the store's clock. */
  readonly occurredAt: Date;
}

/** What a handler is told about an event besides the event itself. */
export interface EventContext {
  /** For own events the stream; for messages of other contexts `name` and `id` are the message key. */
  readonly stream: { readonly name: string; readonly category: string; readonly id: string };
  /** Version inside the stream; 0 where the source has none. */
  readonly version: number;
  readonly position: bigint;
  readonly eventId: string;
  readonly time: Date;
  readonly metadata: EventMetadata;
  /**
   * Where an upcaster makes several events of one row, the place of this one among them, from 0; they share all the rest. Not there otherwise.
   * What is written once per event is keyed by `eventId` and this.
   */
  readonly part?: number;
}

/** A class whose instances are events, commands or aggregates. (Parameters are contravariant: `never[]` accepts every class.) */
export type Class<T extends object = object> = abstract new (...args: never[]) => T;

/** Stream of the aggregate `id` in `category`. */
export function streamName(category: string, id: string): string {
  return `${category}-${id}`;
}

/** Splits a stream name at its first `-`. */
export function splitStream(name: string): { category: string; id: string } {
  const dash = name.indexOf('-');
  return dash < 0 ? { category: '', id: name } : { category: name.slice(0, dash), id: name.slice(dash + 1) };
}
