// For I9: loads aggregates as their command handlers load them, and from their events alone.
import {
  aggregateDefinition,
  aggregateEvents,
  AggregateStore,
  EventRegistry,
  splitStream,
  systemClock,
  systemIds,
  type AggregateClass,
  type EventSourcedAggregate,
  type EventStore,
  type SnapshotStore,
} from '../../core/index.js';
import type { StateCopies } from './snapshots.js';

export interface StoresOfStates {
  readonly events: EventStore;
  readonly snapshots: SnapshotStore;
}

/** Of those among `streams` that are of this aggregate; none of an aggregate without snapshots. Where a snapshot is due, one may be taken. */
export async function readStateCopies(
  aggregate: AggregateClass<EventSourcedAggregate<object>>,
  streams: Iterable<string>,
  { events, snapshots }: StoresOfStates,
): Promise<StateCopies[]> {
  const { category, snapshot } = aggregateDefinition(aggregate);
  if (!snapshot) return [];
  const registry = new EventRegistry().register(...aggregateEvents(aggregate));
  const parts = { events, registry, clock: systemClock, ids: systemIds };
  const [replaying, loading] = [
    new AggregateStore(aggregate, parts),
    new AggregateStore(aggregate, { ...parts, snapshots }),
  ];
  const copies: StateCopies[] = [];
  for (const stream of streams) {
    if (!stream.startsWith(`${category}-`)) continue;
    const { id } = splitStream(stream);
    const [through, replayed] = [await loading.load(id), await replaying.load(id)];
    copies.push({ stream, throughSnapshot: through.state, replayed: replayed.state });
  }
  return copies;
}
