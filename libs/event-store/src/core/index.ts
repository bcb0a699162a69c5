// The face of core: what domains, applications and the rooms above may use.
export {
  Aggregate,
  aggregateDefinition,
  aggregateEvents,
  When,
  type AggregateDefinition,
  type AggregateOptions,
} from './aggregate.decorators.js';
export { EventSourcedAggregate, type AppliedEvent } from './aggregate.js';
export { carrying, useAmbientStorage, type AmbientStorage } from './ambient.js';
export type { AggregateClass } from './aggregate-replayer.js';
export { AggregateStore } from './aggregate-store.js';
export { appendTogether } from './append-together.js';
export { endsWithin, isStillAhead, sleepWith, systemClock, type Clock } from './clock.js';
export { contentHash } from './content-hash.js';
export {
  AggregateAlreadyExistsError,
  AggregateNotFoundError,
  DomainError,
  RecordedRejectionError,
  SubjectForgottenError,
} from './domain-errors.js';
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
} from './event.js';
export { declareEvent, Event, eventDeclaration, type EventDeclaration, type EventOptions } from './event.decorator.js';
export { EventRegistry, type EncodedEvent } from './event-registry.js';
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
} from './event-store.js';
export { currentDuty, onDuty, type Duty } from './duty.js';
export { spanAttributes } from './span-attributes.js';
export {
  beginSpan,
  inSpan,
  runInSpan,
  runningSpan,
  useTracer,
  type Span,
  type SpanAttributes,
  type SpanInit,
  type SpanKind,
  type Tracer,
} from './tracing.js';
export { measured, meter, useMeter, type Ending, type Meter } from './metering.js';
export { metered } from './metered-event-store.js';
export {
  counter,
  gauge,
  histogram,
  type Counter,
  type Gauge,
  type Histogram,
  type Labels,
  type Metric,
} from './metric.js';
export { storeMetrics } from './store-metrics.js';
export { firstAnswer, rejectionOf } from './first-answer.js';
export { isOpen, meets, type ExpectedVersion } from './expected-version.js';
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
} from './log.js';
export type { IdempotencyKeys } from './idempotency-keys.js';
export { deterministicId, systemIds, type IdGenerator } from './ids.js';
export type { MemberStore } from './members.js';
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
} from './personal-data.js';
export type { Snapshot, SnapshotFacts, SnapshotPolicy, SnapshotStore } from './snapshot.js';
export { kindOf, messageOf, withoutValues } from './told-message.js';
export { allOf, anyOf, every, everySize, olderThan } from './snapshot-policies.js';
export { isSubject, SUBJECT_FORGOTTEN, SubjectForgotten, subjectOfStream, subjectStream } from './subject-forgotten.js';
export type { KeyWrapping, SubjectKeyRow, SubjectKeyStore, WrappedKey } from './subject-keys.js';
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
} from './subscription-stores.js';
export {
  currentTransaction,
  outsideTransaction,
  runInTransaction,
  Transaction,
  type UnitOfWork,
} from './unit-of-work.js';
export { asEvent, OtherEvent, type EventData, type Upcast, type Upcaster } from './upcaster.js';
export { stateChanges, type StateChange } from './state-changes.js';
export { validateAppend, validateCommand, type EventTexts, type ValidAppend } from './validate-append.js';
