// The face of the PostgreSQL adapter.
export { dataSourceConnection, type ConnectionOptions } from './connection-options.js';
export { PostgresDatabase, type PostgresDatabaseOptions, type Query } from './database.js';
export { eventStoreMigrations } from './migrations/index.js';
export { PostgresEventStore, type PostgresEventStoreOptions } from './postgres-event-store.js';
export type { ServerWarning } from './server-check.js';
export { PostgresTransaction } from './transaction.js';
export { PostgresUnitOfWork } from './unit-of-work.js';
export type { BusTimes } from './bus/bus-consumer.js';
export { PostgresBroker, type PostgresBrokerOptions } from './bus/postgres-broker.js';
export { PostgresCheckpointStore } from './checkpoint-store.js';
export { PostgresInboundLog } from './inbound-log.js';
export { eventsTable, inboundTable, outgoingTable, type LogTable } from './log-table.js';
export { renewLogEpoch } from './log-epoch.js';
export { PostgresOutgoingLog } from './outgoing-log.js';
export { PostgresParkingStore } from './parking-store.js';
export { PostgresProcessStore } from './process-store.js';
export { PostgresSettledLog, type SettledLogOptions } from './settled-log.js';
export { Waking, type WakingOptions, type WakingTopic } from './waking.js';
