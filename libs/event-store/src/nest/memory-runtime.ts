// A service's ports in memory: for tests of modules, with the same wiring as in production.
import { EventRegistry } from '../core/index.js';
import { createMemoryStore, MemoryBroker } from '../memory/index.js';
import { withInlineProjections, type Projection, type RetryPolicy } from '../subscriptions/index.js';
import type { EventStoreRuntime } from './runtime.js';

export interface MemoryRuntimeOptions {
  readonly service: string;
  readonly retry?: Partial<RetryPolicy>;
}

export function createMemoryRuntime({ service, retry }: MemoryRuntimeOptions): EventStoreRuntime {
  const memory = createMemoryStore();
  const registry = new EventRegistry();
  const inlineProjections: Projection[] = [];
  const broker = new MemoryBroker();
  return {
    ...memory,
    service,
    retry,
    registry,
    inlineProjections,
    broker,
    store: withInlineProjections(memory.events, memory.unitOfWork, registry, inlineProjections),
    open: () => Promise.resolve(),
    close: () => broker.close(),
  };
}
