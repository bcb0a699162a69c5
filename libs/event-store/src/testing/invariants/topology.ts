// Who publishes what where, and who listens: what the checker must be told about a system.
import { placeOf, type PublishedMessage } from './published-messages.js';
import type { EventRow, ServiceState } from './service-state.js';

export interface Publishes {
  readonly topic: string;
  /** Type of the domain event → type of the integration event it must become. */
  readonly types: Readonly<Record<string, string>>;
  /** The message key; default: the id part of the stream's name. */
  readonly keyOf?: (event: EventRow) => string;
}

/** A service as the checker knows it. */
export interface ServiceShape {
  readonly service: string;
  readonly publishes: readonly Publishes[];
  /** Topics it consumes. */
  readonly consumes: readonly string[];
  /** Outgoing commands whose handlers decide on no stream here, so that no outcome is recorded: e.g. calls to a gateway. */
  readonly withoutDecision?: readonly string[];
}

/** A system at one moment. */
export interface SystemState {
  readonly shapes: readonly ServiceShape[];
  /** One for each shape. */
  readonly services: readonly ServiceState[];
  readonly published: readonly PublishedMessage[];
}

/** @throws Error when the state lacks a service of the shapes. */
export function stateOf({ services }: SystemState, { service }: ServiceShape): ServiceState {
  const state = services.find((candidate) => candidate.service === service);
  if (!state) throw new Error(`The system's state has no service ${service}.`);
  return state;
}

/** The messages a service can be expected to have: not those it could not read, unless an operator has mended and replayed them. */
export function readable(state: ServiceState, published: readonly PublishedMessage[]): PublishedMessage[] {
  const places = new Set(state.unreadable.filter(({ resolution }) => resolution !== 'replayed').map(placeOf));
  return published.filter((message) => !places.has(placeOf(message)));
}
