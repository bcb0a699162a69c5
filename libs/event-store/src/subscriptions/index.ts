// The face of subscriptions: definitions, the runner, retry and parking.
export { callWithin } from './call.js';
export { CheckpointWatch, type CheckpointWatchOptions, type WaitOptions } from './projections/checkpoint-watch.js';
export {
  divisibleCheckpoints,
  isHandedOver,
  type DivisibleCheckpointsOptions,
} from './segments/divisible-checkpoints.js';
export { eventContextOf, eventsIn, namesOfAll, type EventInContext } from './event-context.js';
export { codeOfReason, isInfrastructure, reasonOf } from './failure.js';
export { withInlineProjections } from './projections/inline-projections.js';
export { contextOf } from './item.js';
export { LiveTail, type LiveTailOptions } from './runner/live-tail.js';
export { silentLogger, type LogFields, type Logger } from './logger.js';
export { On, reactionsOf } from './on.decorator.js';
export { ProcessSubscriptions, type ProcessSubscriptionsOptions } from './runner/process-subscriptions.js';
export { ProjectionProgress, type WaitedProjection, type WaitingOptions } from './projections/projection-progress.js';
export {
  logsOfEvents,
  projectionSubscriptions,
  type ProjectionSubscriptionsOptions,
} from './projections/projection-subscriptions.js';
export type {
  ProjectionKey,
  ProjectionState,
  ProjectionVersion,
  ProjectionVersions,
} from './projections/projection-versions.js';
export { ProgressEstimate, type Estimate } from './projections/progress-estimate.js';
export {
  asyncProjection,
  projectionName,
  type AsyncProjectionOptions,
  type Projection,
  type ProjectionHandler,
} from './projections/projection.js';
export { defaultRetryPolicy, DEPLOY_MS, nextDelayMs, retryingFor, type RetryPolicy } from './retry-policy.js';
export type { SubscriptionRunnerOptions } from './runner/runner-options.js';
export { SegmentShare, type SegmentShareOptions } from './segments/segment-share.js';
export {
  requireSegments,
  segmentName,
  segmentNames,
  segmentOf,
  segmentsOf,
  splitSegmentName,
  type Segment,
} from './segments/segments.js';
export { stalledMs, type RunnerState, type RunnerStatus } from './runner/status.js';
export { areFew, LEVEL_WITHIN, switchWhenLevel, type SwitchOptions } from './projections/switch-version.js';
export { SubscriptionRunner } from './runner/subscription-runner.js';
export type {
  BatchSubscription,
  ConcurrentSubscription,
  SubscriptionDefinition,
  TransactionalSubscription,
  UnknownPolicy,
} from './subscription.js';
export {
  ProjectionBehindError,
  ProjectionHeldBackError,
  TooManyWaitingError,
  UnknownPositionError,
} from './projections/waiting-errors.js';
