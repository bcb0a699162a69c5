// A service's ports in memory: for tests of modules, with the same wiring as in production.
import { EventRegistry, type Clock } from '../core/index.js';
import { createMemoryStore, MemoryBroker, MovableClock } from '../memory/index.js';
import { withInlineProjections, type Projection, type RetryPolicy } from '../subscriptions/index.js';
import { DEFAULT_ORPHAN_WAIT_MS, type EventStoreRuntime } from './runtime.js';

export interface MemoryRuntimeOptions {
  readonly service: string;
  readonly retry?: Partial<RetryPolicy>;
  /** Default: one that flows like the machine's and can be moved on, see `EventStoreTesting.pass`. */
  readonly clock?: Clock;
  /** How long an event waits for its process to start before it is parked, in milliseconds, default 300,000. */
  readonly orphanWaitMs?: number;
}

export function createMemoryRuntime({
  service,
  retry,
  clock = new MovableClock(),
  orphanWaitMs = DEFAULT_ORPHAN_WAIT_MS,
}: MemoryRuntimeOptions): EventStoreRuntime {
  const memory = createMemoryStore({ clock });
  const registry = new EventRegistry();
  const inlineProjections: Projection[] = [];
  const broker = new MemoryBroker({ clock });
  return {
    ...memory,
    service,
    retry,
    orphanWaitMs,
    registry,
    inlineProjections,
    broker,
    store: withInlineProjections(memory.events, memory.unitOfWork, registry, inlineProjections),
    open: () => Promise.resolve(),
    close: () => broker.close(),
  };
}
