// The public face of the library: what a context's application, infrastructure and module use. Domains use '@app/event-store/core'.
export {
  Aggregate,
  AggregateAlreadyExistsError,
  AggregateNotFoundError,
  AggregateStore,
  appendTogether,
  CommandIdReusedError,
  ConfigurationError,
  contentHash,
  deterministicId,
  DomainError,
  DuplicateEventIdError,
  erased,
  Event,
  EventSourcedAggregate,
  EventStoreError,
  failpoint,
  InvalidEventError,
  InvalidRequestError,
  isErased,
  MessageContext,
  orElse,
  PersonalData,
  SubjectForgotten,
  SubjectForgottenError,
  systemClock,
  systemIds,
  TooManyConflictsError,
  UnavailableError,
  When,
  WrongExpectedVersionError,
  type AppendResult,
  type Erased,
  type EventContext,
  type EventMetadata,
  type EventStore,
  type Failpoint,
  type KeyWrapping,
  type Personal,
  type StateChange,
  type StoredEvent,
  type UnitOfWork,
} from './core/index.js';
export { allOf, anyOf, every, everySize, olderThan, type SnapshotPolicy } from './core/index.js';
export {
  On,
  ProjectionBehindError,
  ProjectionHeldBackError,
  ProjectionProgress,
  TooManyWaitingError,
  UnknownPositionError,
  type RunnerStatus,
  type WaitOptions,
} from './subscriptions/index.js';
export { IntegrationEvent, Publish, Publisher, topic, type TopicContract } from './messaging/index.js';
export { OnRejection, OnTimer, Process, ProcessManager, StartsWith, type ProcessRejection } from './processes/index.js';
export {
  dataSourceConnection,
  eventStoreMigrations,
  failureOf,
  grantRoles,
  powerOverHistory,
  type ConnectionOptions,
  type DatabaseRoles,
  type Failure,
} from './postgres/index.js';
export { LocalKeyWrapping, type ForgetOrder, type Forgotten } from './privacy/index.js';
export { CommandBus, type CommandOptions } from './nest/command-bus.js';
export { InjectAggregate } from './nest/decorators/inject-aggregate.decorator.js';
export { InjectProjection } from './nest/decorators/inject-projection.decorator.js';
export { Projection } from './nest/decorators/projection.decorator.js';
export { RetryOnConflict, type RetryOnConflictOptions } from './nest/decorators/retry-on-conflict.decorator.js';
export { DurableHandler, DurableSaga, type DurableEventHandler } from './nest/decorators/stable-name.decorators.js';
export { DataSubjects } from './nest/data-subjects.js';
export { EventStoreModule, type EventStoreRootOptions } from './nest/event-store.module.js';
export type { FeatureOptions } from './nest/feature.js';
export type { KafkaSecurity } from './kafka/index.js';
export { ReadModels, type ProjectionRef } from './nest/read-models.js';
export { Authorise, type CommandRule } from './nest/pipeline/authorise.js';
export type { CommandContext, CommandMiddleware } from './nest/pipeline/command-middleware.js';
export { CommandForbiddenError, InvalidCommandError } from './nest/pipeline/errors.js';
export { fieldErrors, type FieldError } from './nest/pipeline/field-errors.js';
export type { PersonalDataOptions, PostgresRuntimeOptions } from './nest/postgres-runtime.js';
export { EVENT_STORE_RUNTIME, type EventStoreRuntime } from './nest/runtime.js';
export { SubscriptionHost } from './nest/subscription-host.js';
