// What one simulated process works with: the memory adapter's ports, each behind the gate where calls are delayed, cut and killed.
import { createMemoryStore, MemoryUnitOfWork, type MemoryDatabase, type MemoryStore } from '../../memory/index.js';
import type { Logger } from '../../subscriptions/index.js';
import { gated, gatedEvents, gatedLog } from './gated.js';
import type { SimulatedProcess } from './simulated-process.js';

/** All ports of one process on the database of its service. Time is the database's; waiting is the process's. */
export function storeOf(process: SimulatedProcess, database: MemoryDatabase): MemoryStore {
  const { world, clock: own, ids } = process;
  const clock = { ...own, now: () => new Date(world.timeline.now + world.databaseClockOff) };
  const store = createMemoryStore({ clock, ids, database });
  const { processes, logs } = store;
  const unitOfWork = new MemoryUnitOfWork(database, {
    begun: (transaction) => process.begun(transaction),
    commit: (transaction) => process.commit(transaction),
    rollback: (transaction) => process.rollback(transaction),
  });
  return {
    ...store,
    unitOfWork,
    events: gatedEvents(process, store.events) as MemoryStore['events'],
    snapshots: gated(process, 'snapshots', store.snapshots),
    checkpoints: gated(process, 'checkpoints', store.checkpoints),
    parking: gated(process, 'parking', store.parking),
    outgoing: gated(process, 'outgoing', store.outgoing),
    inbound: gated(process, 'inbound', store.inbound),
    processes: gated(process, 'processes', processes, {
      changed: (maxWaitMs: number, signal: AbortSignal) => processes.changed(maxWaitMs, signal),
    }),
    logs: {
      events: gatedLog(process, logs.events, database) as MemoryStore['logs']['events'],
      inbound: gatedLog(process, logs.inbound, database) as MemoryStore['logs']['inbound'],
      outgoing: gatedLog(process, logs.outgoing, database) as MemoryStore['logs']['outgoing'],
    },
  };
}

/** Writes into the story. */
export function loggerOf(process: SimulatedProcess): Logger {
  const say = (level: string) => (message: string) => process.tell(() => `[${level}] ${message}`);
  const quiet = (): void => undefined;
  if (!process.world.isHeard) return { debug: quiet, info: quiet, warn: quiet, error: quiet };
  return { debug: quiet, info: say('info'), warn: say('warn'), error: say('error') };
}
