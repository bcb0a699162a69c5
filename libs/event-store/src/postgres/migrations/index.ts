// Every migration of the event store, oldest first: put them into the `migrations` of the context's DataSource.
import { CreateEventStore1763424000000 } from './1763424000000-create-event-store.js';
import { CreateProcesses1763683200000 } from './1763683200000-create-processes.js';
import { CreateOperationsLog1763769600000 } from './1763769600000-create-operations-log.js';
import { UnreadableByContent1763856000000 } from './1763856000000-unreadable-by-content.js';
import { CreateSnapshots1764115200000 } from './1764115200000-create-snapshots.js';
import { CreateSubscriptionMembers1764198000000 } from './1764198000000-create-subscription-members.js';
import { CreateSeals1764201600000 } from './1764201600000-create-seals.js';
import { CreateSubjectKeys1764205200000 } from './1764205200000-create-subject-keys.js';
import { CreateProjections1764208800000 } from './1764208800000-create-projections.js';
import { RequirePositions1764212400000 } from './1764212400000-require-positions.js';
import { ValidatePositions1764212400001 } from './1764212400001-validate-positions.js';
import { ExtendProcesses1764212400002 } from './1764212400002-extend-processes.js';
import { MirrorDeadLetters1764212400003 } from './1764212400003-mirror-dead-letters.js';
import { RecordDatabaseUser1764212400004 } from './1764212400004-record-database-user.js';
import { OperateByFunctions1764212400005 } from './1764212400005-operate-by-functions.js';
import { ExpireIdempotencyKeys1764212400006 } from './1764212400006-expire-idempotency-keys.js';
import { RememberDiscarded1764212400007 } from './1764212400007-remember-discarded.js';

export const eventStoreMigrations = [
  CreateEventStore1763424000000,
  CreateProcesses1763683200000,
  CreateOperationsLog1763769600000,
  UnreadableByContent1763856000000,
  CreateSnapshots1764115200000,
  CreateSubscriptionMembers1764198000000,
  CreateSeals1764201600000,
  CreateSubjectKeys1764205200000,
  CreateProjections1764208800000,
  RequirePositions1764212400000,
  ValidatePositions1764212400001,
  ExtendProcesses1764212400002,
  MirrorDeadLetters1764212400003,
  RecordDatabaseUser1764212400004,
  OperateByFunctions1764212400005,
  ExpireIdempotencyKeys1764212400006,
  RememberDiscarded1764212400007,
];
