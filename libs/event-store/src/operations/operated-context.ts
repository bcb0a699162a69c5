// What the operations work on: one context, opened by an adapter for looking inside and for the few things an operator may change.
import type {
  CheckpointStore,
  Clock,
  EventStore,
  LogName,
  ParkingStore,
  SettledLog,
  SnapshotStore,
  SubjectKeyStore,
  SubscriptionControl,
  UnitOfWork,
} from '../core/index.js';
import type { InboundLog } from '../messaging/index.js';
import type { ProjectionVersions } from '../subscriptions/index.js';
import type { ContextFacts } from './context-facts.js';
import type { OperationsLog } from './operations-log.js';
import type { OperatorChanges } from './operator-changes.js';
import type { ParkedDirectory } from './parked-directory.js';
import type { ProcessDirectory } from './processes/process-directory.js';
import type { StreamDirectory } from './stream-directory.js';

export interface OperatedContext {
  /** The service's name, e.g. `order-service`. */
  readonly name: string;
  /** As it is stored: personal fields stay closed. */
  readonly events: Pick<EventStore, 'append' | 'readStream' | 'streamVersion'>;
  readonly snapshots: Pick<SnapshotStore, 'dropOf'>;
  readonly subjectKeys: SubjectKeyStore;
  readonly logs: Readonly<Record<LogName, SettledLog>>;
  readonly unitOfWork: UnitOfWork;
  readonly parking: ParkingStore;
  readonly checkpoints: CheckpointStore;
  readonly control: SubscriptionControl;
  readonly versions: ProjectionVersions;
  readonly inbound: InboundLog;
  readonly streams: StreamDirectory;
  readonly parked: ParkedDirectory;
  /** Undefined in memory, where nobody remembers when a process changed. */
  readonly processes?: ProcessDirectory | undefined;
  readonly facts: ContextFacts;
  readonly operations: OperationsLog;
  readonly changes: OperatorChanges;
  readonly clock: Clock;
}
