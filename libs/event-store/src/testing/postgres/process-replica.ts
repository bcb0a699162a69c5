// A replica of a service with one process manager, on a real database: its own readers, its own hold on leases, its own timers.
import { systemClock, systemIds, type EventRegistry } from '../../core/index.js';
import {
  eventsTable,
  inboundTable,
  outgoingTable,
  PostgresCheckpointStore,
  PostgresOutgoingLog,
  PostgresParkingStore,
  PostgresProcessStore,
  PostgresSettledLog,
  type PostgresDatabase,
  type PostgresUnitOfWork,
  type Waking,
} from '../../postgres/index.js';
import {
  processDefinition,
  processSubscriptions,
  TimerWorker,
  type CommandRegistry,
  type Process,
} from '../../processes/index.js';
import { LiveTail, silentLogger, SubscriptionRunner, type SubscriptionDefinition } from '../../subscriptions/index.js';

export interface ProcessReplicaOptions {
  readonly test: { readonly url: string; readonly database: PostgresDatabase; readonly unitOfWork: PostgresUnitOfWork };
  readonly waking: Waking;
  /** Holder of its leases. */
  readonly owner: string;
  readonly instance: Process;
  readonly registry: EventRegistry;
  readonly commands: CommandRegistry;
  readonly inboundTypes: ReadonlySet<string>;
  /** What else it runs. */
  readonly besides?: readonly SubscriptionDefinition[];
}

const tables = { events: eventsTable, inbound: inboundTable, outgoing: outgoingTable };

/** Runs until what it returns is called. */
export function startProcessReplica(options: ProcessReplicaOptions): () => Promise<unknown> {
  const { test, waking, owner, instance, registry, commands, inboundTypes, besides = [] } = options;
  const { url, database, unitOfWork } = test;
  const store = new PostgresProcessStore(database, waking);
  const own = processSubscriptions({
    definition: processDefinition(instance.constructor as new () => Process),
    instance,
    store,
    outgoing: new PostgresOutgoingLog(database, waking),
    registry,
    commands,
    inboundTypes,
    orphanWaitMs: 120_000,
    logger: silentLogger,
  }).map((one) => ({ ...one, start: 'beginning' as const }));
  const shared = { unitOfWork, clock: systemClock, ids: systemIds, logger: silentLogger, owner };
  const closing: (() => Promise<unknown>)[] = [];
  const runners = [...own, ...besides].map((definition) => {
    const connection = { url, applicationName: 'event-store-test' };
    const log = new PostgresSettledLog({ connection, table: tables[definition.log], waking });
    const tail = new LiveTail(log, systemClock);
    closing.push(async () => (tail.close(), log.close()));
    return new SubscriptionRunner({
      ...shared,
      definition,
      tail,
      checkpoints: new PostgresCheckpointStore(database),
      parking: new PostgresParkingStore(database),
      pollMs: 100,
      leaseTtlMs: 3_000,
    });
  });
  const timers = new TimerWorker({ ...shared, store });
  for (const runner of runners) runner.start();
  timers.start();
  return async () => {
    await Promise.all([timers.stop(), ...runners.map((runner) => runner.stop())]);
    for (const close of closing) await close();
  };
}
