// One call gives a whole store in memory, for examples and tests; with a database given, one more process on it.
import {
  aggregateEvents,
  AggregateStore,
  EventRegistry,
  systemClock,
  systemIds,
  type AggregateClass,
  type Clock,
  type EventSourcedAggregate,
  type IdGenerator,
  type LogName,
} from '../core/index.js';
import { MemoryCheckpointStore } from './memory-checkpoint-store.js';
import { MemoryDatabase } from './memory-database.js';
import { MemoryDeadLetterStore } from './memory-dead-letter-store.js';
import { MemoryEventStore } from './memory-event-store.js';
import { MemoryIdempotencyKeys } from './memory-idempotency-keys.js';
import { MemoryInboundLog } from './memory-inbound-log.js';
import { MemoryMemberStore } from './memory-member-store.js';
import { MemoryOutgoingLog } from './memory-outgoing-log.js';
import { MemoryParkingStore } from './memory-parking-store.js';
import { MemoryProcessStore } from './memory-process-store.js';
import { MemoryProjectionVersions } from './memory-projection-versions.js';
import { MemorySettledLog } from './memory-settled-log.js';
import { MemorySnapshotStore } from './memory-snapshot-store.js';
import { MemorySubjectKeyStore } from './memory-subject-key-store.js';
import { MemorySubscriptionControl } from './memory-subscription-control.js';
import { MemoryUnitOfWork } from './memory-unit-of-work.js';

export interface MemoryStore {
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly registry: EventRegistry;
  readonly database: MemoryDatabase;
  readonly events: MemoryEventStore;
  readonly snapshots: MemorySnapshotStore;
  readonly subjectKeys: MemorySubjectKeyStore;
  readonly unitOfWork: MemoryUnitOfWork;
  readonly logs: Readonly<Record<LogName, MemorySettledLog>>;
  readonly checkpoints: MemoryCheckpointStore;
  readonly members: MemoryMemberStore;
  readonly control: MemorySubscriptionControl;
  readonly versions: MemoryProjectionVersions;
  readonly parking: MemoryParkingStore;
  readonly deadLetters: MemoryDeadLetterStore;
  readonly outgoing: MemoryOutgoingLog;
  readonly inbound: MemoryInboundLog;
  readonly processes: MemoryProcessStore;
  readonly idempotencyKeys: MemoryIdempotencyKeys;
  /** The store of one kind of aggregate; its events are registered along. */
  aggregates<A extends EventSourcedAggregate<object>>(aggregateClass: AggregateClass<A>): AggregateStore<A>;
}

export function createMemoryStore({
  clock = systemClock,
  ids = systemIds,
  database = new MemoryDatabase(),
}: { clock?: Clock; ids?: IdGenerator; database?: MemoryDatabase } = {}): MemoryStore {
  const registry = new EventRegistry();
  const events = new MemoryEventStore(database, clock);
  const snapshots = new MemorySnapshotStore(database);
  const log = (name: LogName) => new MemorySettledLog(database, name, clock);
  return {
    clock,
    ids,
    registry,
    database,
    events,
    snapshots,
    subjectKeys: new MemorySubjectKeyStore(database, clock),
    unitOfWork: new MemoryUnitOfWork(database),
    logs: { events: log('events'), inbound: log('inbound'), outgoing: log('outgoing') },
    checkpoints: new MemoryCheckpointStore(database, clock),
    members: new MemoryMemberStore(database, clock),
    control: new MemorySubscriptionControl(database, clock),
    versions: new MemoryProjectionVersions(database, clock),
    parking: new MemoryParkingStore(database, clock),
    deadLetters: new MemoryDeadLetterStore(database, clock),
    outgoing: new MemoryOutgoingLog(database, clock),
    inbound: new MemoryInboundLog(database, clock),
    processes: new MemoryProcessStore(database, clock),
    idempotencyKeys: new MemoryIdempotencyKeys(database, clock, ids),
    aggregates(aggregateClass) {
      registry.register(...aggregateEvents(aggregateClass));
      return new AggregateStore(aggregateClass, { events, registry, clock, ids, snapshots });
    },
  };
}
