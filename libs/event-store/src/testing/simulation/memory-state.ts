// Reads what the checker of invariants looks at out of a database in memory, as `readServiceState` does out of PostgreSQL.
import { contentHash, type EventMetadata, type StoredEvent } from '../../core/index.js';
import type { MemoryDatabase } from '../../memory/index.js';
import type { ServiceState } from '../invariants/index.js';
import type { SimulatedBus } from './simulated-bus.js';
import type { PublishedMessage } from '../invariants/index.js';

const ALL = Number.MAX_SAFE_INTEGER;

export function memoryServiceState(service: string, database: MemoryDatabase, nowMs: number): ServiceState {
  const { logs } = database;
  return {
    service,
    events: logs.events.settledAfter(0n, ALL).map(({ position, id, key, version, type, dataJson, metadataJson }) => {
      const { commandId } = JSON.parse(metadataJson) as EventMetadata;
      return { position, id, stream: key, version, type, commandId, dataHash: contentHash(JSON.parse(dataJson)) };
    }),
    subscriptions: database.checkpoints.all(undefined).map(({ name, log, cursor }) => {
      return { name, log, logEpoch: cursor.epoch, position: cursor.position };
    }),
    setAside: database.parked.all(undefined).map((message) => ({ ...message, subscription: message.name })),
    inbound: logs.inbound.settledAfter(0n, ALL).map(({ position, id, key, type, dataJson }) => {
      if (!type.startsWith('process.')) return { position, id, topic: 'a topic', key, type, signal: undefined };
      const {
        process,
        id: of,
        commandId,
      } = JSON.parse(dataJson) as { process: string; id: string; commandId?: string };
      return { position, id, topic: undefined, key, type, signal: { process, id: of, commandId } };
    }),
    unreadable: database.unreadable.all(undefined).map(({ message, reasonCode, detail }) => {
      const { topic, partition, offset, key, headers } = message;
      return { topic, partition, offset, key: key ?? undefined, reasonCode, detail, headers, resolution: undefined };
    }),
    outgoing: logs.outgoing.settledAfter(0n, ALL).map(({ position, id, key, type, metadataJson }) => {
      const { actor } = JSON.parse(metadataJson) as EventMetadata;
      return { position, id, key, type, actor };
    }),
    commands: [...database.commands.entries()].map(([place, { type, outcome }]) => {
      const [id, stream, step] = JSON.parse(place) as [string, string, number];
      const result = outcome.outcome === 'accepted' ? outcome.result : undefined;
      const { firstVersion, version } = result ?? { firstVersion: undefined, version: undefined };
      return { id, stream, step, type, outcome: outcome.outcome, firstVersion, version };
    }),
    processes: database.processes.all(undefined).map((row) => JSON.parse(row) as ServiceState['processes'][number]),
    timers: database.processTimers
      .all(undefined)
      .map(({ timerId, process, id, name, dueAt }) => ({ timerId, process, id, name, dueInMs: dueAt - nowMs })),
  };
}

export function messagesOn(bus: SimulatedBus): PublishedMessage[] {
  return [...bus.topics.values()].flat(2).map((message) => ({ ...message, offset: BigInt(message.offset) }));
}

export function toStoredEvents({ logs }: MemoryDatabase): StoredEvent[] {
  return logs.events.settledAfter(0n, ALL).map(({ key, time, dataJson, metadataJson, ...row }) => ({
    ...row,
    stream: key,
    occurredAt: time,
    data: JSON.parse(dataJson) as object,
    metadata: JSON.parse(metadataJson) as EventMetadata,
  }));
}
