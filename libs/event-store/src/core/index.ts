// The face of core: what domains, applications and the rooms above may use.
export { Aggregate, aggregateDefinition, When, type AggregateDefinition } from './aggregate.decorators.js';
export { EventSourcedAggregate, type AppliedEvent } from './aggregate.js';
export { AggregateStore, type AggregateClass } from './aggregate-store.js';
export { contentHash, deterministicId, systemClock, systemIds, type Clock, type IdGenerator } from './clock.js';
export {
  AggregateAlreadyExistsError,
  AggregateNotFoundError,
  CommandIdReusedError,
  ConfigurationError,
  CorruptStreamError,
  CursorAheadOfLogError,
  DeadlineExceededError,
  DomainError,
  DuplicateEventIdError,
  EventNotRegisteredError,
  EventStoreError,
  InvalidEventError,
  InvalidRequestError,
  LeaseLostError,
  LogEpochMismatchError,
  RecordedRejectionError,
  TooManyConflictsError,
  UnavailableError,
  UnitOfWorkClosedError,
  UnitOfWorkRolledBackError,
  UnknownEventTypeError,
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
export { declareEvent, Event, eventDeclaration, type EventDeclaration, type Upcaster } from './event.decorator.js';
export { EventRegistry, type EncodedEvent } from './event-registry.js';
export type {
  AppendRequest,
  AppendResult,
  CommandKey,
  CommandOutcome,
  EventStore,
  ReadStreamOptions,
  Rejection,
} from './event-store.js';
export { isOpen, meets, type ExpectedVersion } from './expected-version.js';
export type { HeldBack, LogCursor, LogHolder, LogName, LogRecord, SettledLog } from './log.js';
export { MessageContext, type MessageContextInit } from './message-context.js';
export type {
  CheckpointStore,
  Lease,
  ParkedMessage,
  ParkingStore,
  SubscriptionKey,
  SubscriptionStatus,
} from './subscription-stores.js';
export {
  currentTransaction,
  outsideTransaction,
  runInTransaction,
  Transaction,
  type UnitOfWork,
} from './unit-of-work.js';
export { validateAppend, validateCommand } from './validate-append.js';
