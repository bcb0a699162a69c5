// Opens one context for operations: few connections, named after the tool, and a database that is not changed by looking at it.
import { DataSource } from 'typeorm';
import { systemClock, type Class, type LogName } from '../../core/index.js';
import type {
  Anchor,
  OperatedContext,
  ProcessDirectory,
  TraceDirectory,
  Verification,
} from '../../operations/index.js';
import { PostgresCheckpointStore } from '../stores/checkpoint-store.js';
import { dataSourceConnection } from '../connections/connection-options.js';
import { PostgresDatabase } from '../connections/database.js';
import { PostgresInboundLog } from '../log/inbound-log.js';
import { eventsTable, inboundTable, outgoingTable, type LogTable } from '../log/log-table.js';
import { PostgresParkingStore } from '../stores/parking-store.js';
import { PostgresEventStore } from '../log/postgres-event-store.js';
import { PostgresProjectionVersions } from '../stores/projection-versions.js';
import { anchorOf, SealedLog, verifyLog, type VerifyLogOptions } from '../seal/index.js';
import { PostgresSettledLog } from '../log/settled-log.js';
import { PostgresSnapshotStore } from '../stores/snapshot-store.js';
import { PostgresSubjectKeyStore } from '../stores/subject-key-store.js';
import { PostgresSubscriptionControl } from '../stores/subscription-control.js';
import { PostgresUnitOfWork } from '../connections/unit-of-work.js';
import { Waking } from '../log/waking.js';
import { PostgresContextFacts, type KnownMigrations } from './context-facts.js';
import { PostgresOperationsLog } from './operations-log.js';
import { PostgresOperatorChanges } from './operator-changes.js';
import { PostgresParkedDirectory } from './parked-directory.js';
import { PostgresProcessDirectory } from './process-directory.js';
import { renewEpoch, type EpochOrder, type EpochRenewal } from './renew-epoch.js';
import { PostgresStreamDirectory } from './stream-directory.js';
import { PostgresTraceDirectory } from './trace-directory.js';

export interface OpenContextOptions {
  /** The service's name. */
  readonly name: string;
  readonly url: string;
  readonly migrations: KnownMigrations;
  /** The database of the keys of subjects, where it is not the same. */
  readonly subjectKeysUrl?: string | undefined;
  /** Shown in `pg_stat_activity`, default `operations`. */
  readonly applicationName?: string;
  /** Those that a projection writes, for operations that run one. */
  readonly entities?: readonly Class[];
  /** How many subscriptions an operation runs at once, default 1: each takes a connection. */
  readonly subscriptions?: number;
}

export interface OpenContext extends OperatedContext {
  readonly processes: ProcessDirectory;
  readonly trace: TraceDirectory;
  /** Compares the whole log with its seals. */
  verify(options: VerifyLogOptions): Promise<Verification>;
  /** The end of the chain of seals, to be kept outside the database; undefined when nothing is sealed. */
  anchor(): Promise<Anchor | undefined>;
  /** After a restore or failover, and after comparing the data: see {@link renewEpoch}. */
  renewEpoch(order: EpochOrder): Promise<EpochRenewal>;
  readonly dataSource: DataSource;
  close(): Promise<void>;
}

/** How long a slow writer is waited for before a reader begins further back, in milliseconds. */
const HEAD_WAIT_MS = 2_000;

/** @throws Error the database cannot be reached; its message names no secret. */
export async function openContext(options: OpenContextOptions): Promise<OpenContext> {
  const {
    name,
    url,
    migrations,
    subjectKeysUrl,
    applicationName = 'operations',
    entities = [],
    subscriptions = 1,
  } = options;
  const connection = { url, applicationName, poolSize: 1 + Math.min(subscriptions, 16), connectTimeoutMs: 5_000 };
  const dataSource = new DataSource({
    ...dataSourceConnection({ ...connection, statementTimeoutMs: 0 }), // a read model with millions of rows takes its time
    entities: [...entities],
    poolErrorHandler: () => undefined,
  });
  await dataSource.initialize();
  const database = new PostgresDatabase({ ...connection, dataSource });
  const waking = new Waking({ connection, warn: () => undefined });
  const log = (table: LogTable) => new PostgresSettledLog({ connection, table, waking, headWaitMs: HEAD_WAIT_MS });
  const logs: Record<LogName, PostgresSettledLog> = {
    events: log(eventsTable),
    inbound: log(inboundTable),
    outgoing: log(outgoingTable),
  };
  const subjectKeys =
    subjectKeysUrl === undefined
      ? PostgresSubjectKeyStore.beside(database)
      : PostgresSubjectKeyStore.apart({ ...connection, url: subjectKeysUrl });
  const unitOfWork = new PostgresUnitOfWork(database);
  const checkpoints = new PostgresCheckpointStore(database);
  const facts = new PostgresContextFacts(database, placeOf(url), migrations);
  const operations = new PostgresOperationsLog(database);
  return {
    name,
    dataSource,
    events: new PostgresEventStore({ database }),
    snapshots: new PostgresSnapshotStore(database),
    subjectKeys,
    logs,
    unitOfWork,
    parking: new PostgresParkingStore(database),
    checkpoints,
    control: new PostgresSubscriptionControl(database),
    versions: new PostgresProjectionVersions(database),
    inbound: new PostgresInboundLog(database, waking),
    streams: new PostgresStreamDirectory(database),
    parked: new PostgresParkedDirectory(database),
    processes: new PostgresProcessDirectory(database),
    trace: new PostgresTraceDirectory(database),
    facts,
    operations,
    changes: new PostgresOperatorChanges(name, database, waking),
    clock: systemClock,
    verify: (how) => verifyLog(database, how),
    async anchor() {
      const head = await new SealedLog(database).head();
      return head && anchorOf(name, head);
    },
    renewEpoch: (order) =>
      renewEpoch({ name, database, events: logs.events, checkpoints, facts, unitOfWork, operations }, order),
    async close() {
      await waking.close();
      await Promise.all(Object.values(logs).map((settled) => settled.close()));
      await subjectKeys.close();
      await database.close();
      await dataSource.destroy();
    },
  };
}

/** Where a database is, for people: no user, no password, no parameters. */
export function placeOf(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname || 'localhost'}:${port || 5432}${decodeURIComponent(pathname)}`;
}
