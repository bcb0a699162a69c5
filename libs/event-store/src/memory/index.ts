// The face of memory: the twin of the PostgreSQL room, for tests and examples. Nothing survives the process.
export { createMemoryStore, type MemoryStore } from './create-memory-store.js';
export { MemoryBroker } from './memory-broker.js';
export { MemoryBus, type RawMessage } from './memory-bus.js';
export { MemoryCheckpointStore } from './memory-checkpoint-store.js';
export { MemoryDatabase, type MemoryRows } from './memory-database.js';
export { MemoryEventStore } from './memory-event-store.js';
export { MemoryInboundLog } from './memory-inbound-log.js';
export { memoryOperations, memoryOperationsLog } from './memory-operations.js';
export { MemoryOutgoingLog } from './memory-outgoing-log.js';
export { MemoryParkingStore } from './memory-parking-store.js';
export { MemoryProcessStore } from './memory-process-store.js';
export { MemoryProjectionVersions } from './memory-projection-versions.js';
export { MemorySettledLog } from './memory-settled-log.js';
export { MemorySubjectKeyStore } from './memory-subject-key-store.js';
export { MemorySubscriptionControl } from './memory-subscription-control.js';
export { MemoryTransaction } from './memory-transaction.js';
export { MemoryUnitOfWork } from './memory-unit-of-work.js';
export { MovableClock } from './movable-clock.js';
