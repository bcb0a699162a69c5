// I9 over all aggregates of a context at the end of a run.
import { createMemoryStore, type MemoryDatabase } from '../../memory/index.js';
import { checkSnapshots, readStateCopies, type Violation } from '../invariants/index.js';
import { ManualClock } from '../manual-clock.js';
import type { SimulatedContext } from './workload.js';

export async function checkStates(
  { name, aggregates }: SimulatedContext,
  database: MemoryDatabase,
): Promise<Violation[]> {
  const stores = createMemoryStore({ clock: new ManualClock(), database });
  const copies = aggregates.map((aggregate) => readStateCopies(aggregate, database.streams.entries().keys(), stores));
  return checkSnapshots(name, (await Promise.all(copies)).flat());
}
