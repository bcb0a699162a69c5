// A service's ports on PostgreSQL: one database per context, its own connections for appends, for each log, and for waking.
import { Logger } from '@nestjs/common';
import {
  EventRegistry,
  messageOf,
  metered,
  onDuty,
  SubjectForgotten,
  systemClock,
  systemIds,
  type KeyWrapping,
  type LogName,
} from '../core/index.js';
import { KafkaBroker, type KafkaSecurity } from '../kafka/index.js';
import { MemoryBroker } from '../memory/index.js';
import type { Broker } from '../messaging/index.js';
import {
  eventsTable,
  inboundTable,
  outgoingTable,
  PostgresBroker,
  PostgresCheckpointStore,
  PostgresDatabase,
  PostgresDeadLetterStore,
  PostgresEventStore,
  PostgresIdempotencyKeys,
  PostgresInboundLog,
  PostgresMemberStore,
  PostgresOutgoingLog,
  PostgresParkingStore,
  PostgresProcessStore,
  PostgresProjectionVersions,
  PostgresSettledLog,
  PostgresSnapshotStore,
  PostgresSubjectKeyStore,
  PostgresSubscriptionControl,
  PostgresUnitOfWork,
  SEAL_SUBSCRIPTION,
  Waking,
  type LogTable,
  type PostgresDatabaseOptions,
} from '../postgres/index.js';
import { PostgresFigures, PostgresOperationsLog } from '../postgres/operations/index.js';
import { PersonalDataVault, PersonalLog, PersonalSnapshotStore, withPersonalData } from '../privacy/index.js';
import { withInlineProjections, type Projection } from '../subscriptions/index.js';
import { sealing } from './sealing.js';
import { DEFAULT_ORPHAN_WAIT_MS, type EventStoreRuntime } from './runtime.js';

export type BrokerOptions =
  | { readonly kind: 'postgres'; readonly busUrl: string }
  | {
      readonly kind: 'kafka';
      /** `host:port` of some brokers of the cluster. */
      readonly brokers: readonly string[];
      /** Put before every topic and group, default none. */
      readonly prefix?: string;
      /** Of topics that are created, default 1. */
      readonly replicationFactor?: number;
      /** Encryption and who we are, default neither. */
      readonly security?: KafkaSecurity | undefined;
    }
  /** Reaches nobody outside this process: for a service that stands alone, and tests. */
  | { readonly kind: 'memory' };

export interface PostgresRuntimeOptions {
  /** Service name, e.g. `order-service`: consumer group and CloudEvents source. Stable for ever. */
  readonly service: string;
  /** Of the same database as the DataSource. */
  readonly databaseUrl: string;
  /** Connections that requests share for single statements of the store, default 10. */
  readonly poolSize?: number;
  readonly broker: BrokerOptions;
  /**
   * Topic that parked records are mirrored to, e.g. `order.dead-letter`; made with one partition where it is not there. Default: none is
   * mirrored. The parked record stays what is replayed.
   */
  readonly deadLetterTopic?: string | undefined;
  /** How long an event waits for its process to start before it is parked, in milliseconds, default 300,000. */
  readonly orphanWaitMs?: number;
  /** Longest time one call of a handler may take where its declaration says nothing, in milliseconds, default 30,000. */
  readonly handlerDeadlineMs?: number | undefined;
  /** Needed where an event has personal fields. */
  readonly personalData?: PersonalDataOptions | undefined;
  /**
   * Seals every event as it settles. One or more keys of 64 hexadecimal digits, separated by commas: the first seals, the others are former
   * ones. Without it nothing is sealed.
   */
  readonly sealKeys?: string;
}

export interface PersonalDataOptions {
  /** The master key: {@link LocalKeyWrapping}, or one of your own in front of a key management service. */
  readonly wrapping: KeyWrapping;
  /** The database of the subjects' keys, default that of the events; the same for every replica, and for `es forget`. */
  readonly keysUrl?: string | undefined;
}

export function createPostgresRuntime(
  options: PostgresRuntimeOptions,
  dataSource: PostgresDatabaseOptions['dataSource'],
): EventStoreRuntime {
  const { service, databaseUrl, orphanWaitMs = DEFAULT_ORPHAN_WAIT_MS, handlerDeadlineMs, sealKeys } = options;
  const logger = new Logger('EventStore');
  const warn = (message: string, error: unknown) => logger.warn(`${message} ${messageOf(error)}`);
  const connection = { url: databaseUrl, applicationName: service };
  const database = new PostgresDatabase({ ...connection, dataSource, poolSize: options.poolSize, divided: true });
  const waking = new Waking({ connection, warn });
  const log = (table: LogTable) => new PostgresSettledLog({ connection, table, waking });
  const logs: Record<LogName, PostgresSettledLog> = {
    events: log(eventsTable),
    inbound: log(inboundTable),
    outgoing: log(outgoingTable),
  };
  const unitOfWork = new PostgresUnitOfWork(database);
  const registry = new EventRegistry().register(SubjectForgotten);
  const inlineProjections: Projection[] = [];
  const store = new PostgresEventStore({ database, onAppended: () => waking.signal('events') });
  const { wrapping, keysUrl } = options.personalData ?? {};
  const subjectKeys =
    keysUrl === undefined
      ? PostgresSubjectKeyStore.beside(database)
      : PostgresSubjectKeyStore.apart({ ...connection, url: keysUrl });
  const vault = new PersonalDataVault({ store: subjectKeys, wrapping, registry, clock: systemClock });
  const events = withPersonalData(store, { vault, clock: systemClock, ids: systemIds });
  const broker = createBroker(options, warn);
  return {
    service,
    store: metered(withInlineProjections(events, unitOfWork, registry, inlineProjections)),
    idempotencyKeys: new PostgresIdempotencyKeys(database),
    snapshots: new PersonalSnapshotStore(new PostgresSnapshotStore(database), vault),
    subjectKeys,
    personalData: vault,
    operations: new PostgresOperationsLog(database),
    figures: new PostgresFigures(database, [subjectKeys, ...(broker instanceof PostgresBroker ? [broker] : [])]),
    waking,
    unitOfWork,
    registry,
    logs: { ...logs, events: new PersonalLog(logs.events, vault) },
    checkpoints: new PostgresCheckpointStore(database),
    control: new PostgresSubscriptionControl(database),
    members: new PostgresMemberStore(database),
    versions: new PostgresProjectionVersions(database),
    parking: new PostgresParkingStore(database),
    outgoing: new PostgresOutgoingLog(database, waking),
    inbound: new PostgresInboundLog(database, waking),
    deadLetters: new PostgresDeadLetterStore(database),
    deadLetterTopic: options.deadLetterTopic,
    processes: new PostgresProcessStore(database, waking),
    orphanWaitMs,
    handlerDeadlineMs,
    broker,
    subscriptions: sealKeys === undefined ? [] : [sealing(service, database, sealKeys)],
    idle: [SEAL_SUBSCRIPTION],
    inlineProjections,
    clock: systemClock,
    ids: systemIds,
    async askForHealth<R extends Record<string, unknown>>(text: string) {
      const { rows } = await onDuty('health', () => database.queryOutside<R>({ text }));
      return rows;
    },
    async open() {
      for (const { message } of await database.checkServer()) logger.warn(message);
    },
    async close() {
      await broker.close();
      await waking.close();
      await Promise.all(Object.values(logs).map((settled) => settled.close()));
      await subjectKeys.close();
      await database.close();
    },
  };
}

function createBroker(
  { broker, service }: PostgresRuntimeOptions,
  warn: (message: string, error: unknown) => void,
): Broker {
  if (broker.kind === 'memory') return new MemoryBroker();
  if (broker.kind === 'kafka') {
    const { kind: _kind, ...options } = broker;
    return new KafkaBroker({ ...options, clientId: service, logger: new Logger('Kafka') });
  }
  return new PostgresBroker({ connection: { url: broker.busUrl, applicationName: service }, warn });
}
