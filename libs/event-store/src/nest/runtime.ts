// All ports of one service, made by one adapter: what the Nest room wires together.
import type {
  CheckpointStore,
  Clock,
  EventRegistry,
  EventStore,
  IdempotencyKeys,
  IdGenerator,
  LogName,
  MemberStore,
  ParkingStore,
  SettledLog,
  SnapshotStore,
  SubjectKeyStore,
  SubscriptionControl,
  UnitOfWork,
} from '../core/index.js';
import type { Broker, DeadLetterStore, InboundLog } from '../messaging/index.js';
import type { Figures, OperationsLog } from '../operations/index.js';
import type { PersonalDataVault } from '../privacy/index.js';
import type { OutgoingLog, ProcessStore } from '../processes/index.js';
import type { Projection, ProjectionVersions, RetryPolicy, SubscriptionDefinition } from '../subscriptions/index.js';

export interface EventStoreRuntime {
  /** Service name: part of lease owners, consumer groups and the CloudEvents source. */
  readonly service: string;
  readonly store: EventStore;
  /** Which command a key of a caller stands for. */
  readonly idempotencyKeys: IdempotencyKeys;
  readonly snapshots: SnapshotStore;
  readonly subjectKeys: SubjectKeyStore;
  /** Behind `store`, `snapshots` and the log of events: what they give is open, what they keep is closed. */
  readonly personalData: PersonalDataVault;
  readonly operations: OperationsLog;
  /** What gauges are read from; undefined in memory. */
  readonly figures?: Figures;
  /** Whether notifications of other processes arrive, `local` while nobody listens; undefined in memory. */
  readonly waking?: { readonly status: 'up' | 'down' | 'local' };
  readonly unitOfWork: UnitOfWork;
  readonly registry: EventRegistry;
  readonly logs: Readonly<Record<LogName, SettledLog>>;
  readonly checkpoints: CheckpointStore;
  readonly control: SubscriptionControl;
  /** Who shares the segments of projections and publishers. */
  readonly members: MemberStore;
  readonly versions: ProjectionVersions;
  readonly parking: ParkingStore;
  readonly outgoing: OutgoingLog;
  readonly processes: ProcessStore;
  /** How long an event waits for its process to start before it is parked, in milliseconds. */
  readonly orphanWaitMs: number;
  /** Longest time one call of a handler may take where its declaration says nothing, in milliseconds. */
  readonly handlerDeadlineMs?: number | undefined;
  readonly inbound: InboundLog;
  readonly deadLetters: DeadLetterStore;
  /** Where parked records are mirrored to; nowhere when it is undefined. */
  readonly deadLetterTopic?: string | undefined;
  readonly broker: Broker;
  /** Run inside `store.append`; filled at boot. */
  readonly inlineProjections: Projection[];
  /** Of the store itself and not of a context: the seal. */
  readonly subscriptions?: readonly SubscriptionDefinition[];
  /** Names of its subscriptions that it may have and has not now, e.g. because sealing was switched off. */
  readonly idle?: readonly string[];
  /** For subscriptions that say nothing else. */
  readonly retry?: Partial<RetryPolicy>;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  /**
   * For health: what the store's database answers to one statement, on a connection that nobody else uses; nothing in memory.
   * @throws UnavailableError
   */
  askForHealth<R extends Record<string, unknown>>(statement: string): Promise<readonly R[]>;
  /** Connects and checks the server. @throws ConfigurationError on settings that would lose data. */
  open(): Promise<void>;
  /** Last of all, after every subscription has drained. */
  close(): Promise<void>;
}

/** Longer than any outage of one service that others should not notice, in milliseconds. */
export const DEFAULT_ORPHAN_WAIT_MS = 300_000;

export const EVENT_STORE_RUNTIME = Symbol('EventStoreRuntime');
