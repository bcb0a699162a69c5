// A service's ports in memory: for tests of modules, with the same wiring as in production.
import { randomBytes } from 'node:crypto';
import { EventRegistry, metered, SubjectForgotten, type Clock } from '../core/index.js';
import { createMemoryStore, MemoryBroker, memoryOperationsLog, MovableClock } from '../memory/index.js';
import {
  LocalKeyWrapping,
  PersonalDataVault,
  PersonalLog,
  PersonalSnapshotStore,
  withPersonalData,
} from '../privacy/index.js';
import { withInlineProjections, type Projection, type RetryPolicy } from '../subscriptions/index.js';
import { DEFAULT_ORPHAN_WAIT_MS, type EventStoreRuntime } from './runtime.js';

export interface MemoryRuntimeOptions {
  readonly service: string;
  readonly retry?: Partial<RetryPolicy>;
  /** Default: one that flows like the machine's and can be moved on, see `EventStoreTesting.pass`. */
  readonly clock?: Clock;
  /** How long an event waits for its process to start before it is parked, in milliseconds, default 300,000. */
  readonly orphanWaitMs?: number;
  /** Longest time one call of a handler may take where its declaration says nothing, in milliseconds, default 30,000. */
  readonly handlerDeadlineMs?: number | undefined;
  /** Topic that parked records are mirrored to; default: none is mirrored. */
  readonly deadLetterTopic?: string | undefined;
}

export function createMemoryRuntime({
  service,
  retry,
  clock = new MovableClock(),
  orphanWaitMs = DEFAULT_ORPHAN_WAIT_MS,
  handlerDeadlineMs,
  deadLetterTopic,
}: MemoryRuntimeOptions): EventStoreRuntime {
  const memory = createMemoryStore({ clock });
  const registry = new EventRegistry().register(SubjectForgotten);
  const { ids, subjectKeys: store } = memory;
  const wrapping = new LocalKeyWrapping([randomBytes(32)]);
  const personalData = new PersonalDataVault({ store, registry, clock, wrapping });
  const events = withPersonalData(memory.events, { vault: personalData, clock, ids });
  const inlineProjections: Projection[] = [];
  const broker = new MemoryBroker({ clock });
  return {
    ...memory,
    service,
    retry,
    orphanWaitMs,
    handlerDeadlineMs,
    deadLetterTopic,
    registry,
    inlineProjections,
    broker,
    personalData,
    operations: memoryOperationsLog(memory),
    snapshots: new PersonalSnapshotStore(memory.snapshots, personalData),
    logs: { ...memory.logs, events: new PersonalLog(memory.logs.events, personalData) },
    store: metered(withInlineProjections(events, memory.unitOfWork, registry, inlineProjections)),
    askForHealth: () => Promise.resolve([]),
    open: () => Promise.resolve(),
    close: () => broker.close(),
  };
}
