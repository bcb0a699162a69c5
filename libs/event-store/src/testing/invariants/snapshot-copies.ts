// For I9 where an aggregate takes no snapshots, or none of these streams yet: takes those that could be taken, and goes on from each.
import {
  aggregateDefinition,
  aggregateEvents,
  EventRegistry,
  splitStream,
  type AggregateClass,
  type EventSourcedAggregate,
  type StoredEvent,
} from '../../core/index.js';
import type { StateCopies } from './snapshots.js';

/** Of one stream at most, spread over its versions: each is another replay. */
const SNAPSHOTS = 20;

/**
 * Of those among `streams` that are of this aggregate. `read` gives the events of one of them, personal fields opened. A snapshot is the
 * state's JSON, as a store keeps it.
 */
export async function readCopiesOfAnyVersion<State extends object>(
  aggregate: AggregateClass<EventSourcedAggregate<State>>,
  streams: Iterable<string>,
  read: (stream: string) => Promise<readonly StoredEvent[]>,
): Promise<StateCopies[]> {
  const { category } = aggregateDefinition(aggregate);
  const registry = new EventRegistry().register(...aggregateEvents(aggregate));
  const copies: StateCopies[] = [];
  for (const stream of streams) {
    if (!stream.startsWith(`${category}-`)) continue;
    const { id } = splitStream(stream);
    const events = (await read(stream)).map((stored) => ({
      aggregateId: id,
      version: stored.version,
      events: registry.decodeAll(stored),
    }));
    const begun = (): EventSourcedAggregate<State> => new aggregate(id);
    const replayed = plain(applied(begun(), events).state);
    for (const version of versionsOf(events.length)) {
      const restored = begun();
      restored.restore({ version, state: plain(applied(begun(), events.slice(0, version)).state) });
      copies.push({ stream, snapshotAt: version, throughSnapshot: goneOn(restored, events.slice(version)), replayed });
    }
  }
  return copies;
}

type Events = readonly Parameters<EventSourcedAggregate<object>['apply']>[0][];

function applied<A extends EventSourcedAggregate<object>>(aggregate: A, events: Events): A {
  for (const event of events) aggregate.apply(event);
  return aggregate;
}

/** An error instead of a state: what the events alone can be applied to is no class that JSON does not know. */
function goneOn(restored: EventSourcedAggregate<object>, tail: Events): object {
  try {
    return plain(applied(restored, tail).state);
  } catch (error) {
    return { failed: String(error) };
  }
}

/** A field that is undefined is the same as none. */
function plain(state: object): object {
  return JSON.parse(JSON.stringify(state)) as object;
}

function versionsOf(length: number): number[] {
  const step = Math.max(1, Math.ceil(length / SNAPSHOTS));
  return Array.from({ length: Math.ceil(length / step) }, (_, index) => index * step + 1);
}
