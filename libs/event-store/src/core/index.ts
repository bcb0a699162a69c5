// The face of core: what domains, applications and the rooms above may use.
export {
  Aggregate,
  aggregateDefinition,
  aggregateEvents,
  When,
  type AggregateDefinition,
  type AggregateOptions,
} from './aggregates/aggregate.decorators.js';
export { EventSourcedAggregate, type AppliedEvent } from './aggregates/aggregate.js';
export { carrying, useAmbientStorage, type AmbientStorage } from './ambient.js';
export type { AggregateClass } from './aggregates/aggregate-replayer.js';
export { AggregateStore } from './aggregates/aggregate-store.js';
export { appendTogether } from './aggregates/append-together.js';
export { endsWithin, isStillAhead, sleepWith, systemClock, type Clock } from './clock.js';
export { contentHash } from './events/content-hash.js';
export {
  AggregateAlreadyExistsError,
  AggregateNotFoundError,
  DomainError,
  RecordedRejectionError,
  SubjectForgottenError,
} from './aggregates/domain-errors.js';
export {
  CommandIdReusedError,
  ConfigurationError,
  CorruptStreamError,
  CursorAheadOfLogError,
  DeadlineExceededError,
  DuplicateEventIdError,
  EventNotRegisteredError,
  EventStoreError,
  InvalidEventError,
  InvalidRequestError,
  LeaseLostError,
  LogEpochMismatchError,
  OverloadedError,
  SealBrokenError,
  TooManyConflictsError,
  UnavailableError,
  UnitOfWorkClosedError,
  UnitOfWorkRolledBackError,
  UnknownEventTypeError,
  UnreadablePersonalDataError,
  UpcastError,
  WrongExpectedVersionError,
} from './errors.js';
export {
  splitStream,
  streamName,
  type Class,
  type EventContext,
  type EventMetadata,
  type EventToAppend,
  type StoredEvent,
} from './events/event.js';
export {
  declareEvent,
  Event,
  eventDeclaration,
  type EventDeclaration,
  type EventOptions,
} from './events/event.decorator.js';
export { EventRegistry, type EncodedEvent } from './events/event-registry.js';
export type {
  AppendRequest,
  AppendResult,
  CommandKey,
  CommandOutcome,
  EventPlaces,
  EventStore,
  ReadStreamOptions,
  RecordedDecision,
  ReplayedEvent,
  Rejection,
} from './ports/event-store.js';
export { currentDuty, onDuty, type Duty } from './duty.js';
export { spanAttributes } from './telemetry/span-attributes.js';
export {
  beginSpan,
  currentTracer,
  inSpan,
  runInSpan,
  runningSpan,
  useTracer,
  type Span,
  type SpanAttributes,
  type SpanInit,
  type SpanKind,
  type Tracer,
} from './telemetry/tracing.js';
export { measured, meter, useMeter, type Ending, type Meter } from './telemetry/metering.js';
export { metered } from './telemetry/metered-event-store.js';
export {
  counter,
  gauge,
  histogram,
  type Counter,
  type Gauge,
  type Histogram,
  type Labels,
  type Metric,
} from './telemetry/metric.js';
export { storeMetrics } from './telemetry/store-metrics.js';
export { firstAnswer, rejectionOf } from './aggregates/first-answer.js';
export { isOpen, meets, type ExpectedVersion } from './ports/expected-version.js';
export { armed, failpoint, failpoints, type Failpoint, type FailpointHit } from './failpoint.js';
export {
  recordOf,
  type HeldBack,
  type LogCursor,
  type LogHolder,
  type LogName,
  type LogPage,
  type LogRecord,
  type SettledLog,
} from './ports/log.js';
export type { IdempotencyKeys } from './ports/idempotency-keys.js';
export { deterministicId, systemIds, type IdGenerator } from './ids.js';
export type { MemberStore } from './ports/members.js';
export { MessageContext, type MessageContextInit } from './message-context.js';
export {
  erased,
  isErased,
  isPersonalValue,
  orElse,
  PersonalData,
  personalDeclaration,
  subjectOf,
  type Erased,
  type Personal,
  type PersonalDeclaration,
} from './events/personal-data.js';
export type { Snapshot, SnapshotFacts, SnapshotPolicy, SnapshotStore } from './aggregates/snapshot.js';
export { kindOf, messageOf, withoutValues } from './told-message.js';
export { allOf, anyOf, every, everySize, olderThan } from './aggregates/snapshot-policies.js';
export {
  isSubject,
  SUBJECT_FORGOTTEN,
  SubjectForgotten,
  subjectOfStream,
  subjectStream,
} from './events/subject-forgotten.js';
export type { KeyWrapping, SubjectKeyRow, SubjectKeyStore, WrappedKey } from './ports/subject-keys.js';
export {
  overtakingKey,
  type CheckpointStore,
  type Lease,
  type ParkedMessage,
  type ParkingStore,
  type RecordToPark,
  type Pause,
  type SubscriptionControl,
  type SubscriptionKey,
  type SubscriptionStatus,
} from './ports/subscription-stores.js';
export {
  currentTransaction,
  outsideTransaction,
  runInTransaction,
  Transaction,
  type UnitOfWork,
} from './ports/unit-of-work.js';
export { asEvent, OtherEvent, type EventData, type Upcast, type Upcaster } from './events/upcaster.js';
export { stateChanges, type StateChange } from './aggregates/state-changes.js';
export { validateAppend, validateCommand, type EventTexts, type ValidAppend } from './ports/validate-append.js';
