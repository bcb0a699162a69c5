// I9 over all aggregates of a context at the end of a run: loaded as the handlers load them, and from their events alone.
import { aggregateDefinition, aggregateEvents, AggregateStore, EventRegistry, splitStream } from '../../core/index.js';
import { createMemoryStore, type MemoryDatabase } from '../../memory/index.js';
import { checkSnapshots, type StateCopies, type Violation } from '../invariants/index.js';
import { ManualClock } from '../manual-clock.js';
import type { SimulatedContext } from './workload.js';

export async function checkStates(
  { name, aggregates }: SimulatedContext,
  database: MemoryDatabase,
): Promise<Violation[]> {
  const clock = new ManualClock();
  const { events, snapshots, ids } = createMemoryStore({ clock, database });
  const copies: StateCopies[] = [];
  for (const aggregate of aggregates) {
    const { category, snapshot } = aggregateDefinition(aggregate);
    if (!snapshot) continue;
    const registry = new EventRegistry().register(...aggregateEvents(aggregate));
    const replaying = new AggregateStore(aggregate, { events, registry, clock, ids });
    const loading = new AggregateStore(aggregate, { events, registry, clock, ids, snapshots });
    for (const stream of database.streams.entries().keys()) {
      if (!stream.startsWith(`${category}-`)) continue;
      const { id } = splitStream(stream);
      const [through, replayed] = [await loading.load(id), await replaying.load(id)];
      copies.push({ stream, throughSnapshot: through.state, replayed: replayed.state });
    }
  }
  return checkSnapshots(name, copies);
}
