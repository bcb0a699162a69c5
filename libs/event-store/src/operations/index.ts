// The face of operations: looking inside a running system, and the few things an operator may change. Used by tools; a console may come.
export {
  discardParked,
  discardUnreadable,
  replayParked,
  type Order,
  type ParkedOutcome,
  type ReasonedOrder,
  type RecordRef,
  type UnreadableOutcome,
} from './change-parked.js';
export {
  LAG_COUNTED,
  type ContextFacts,
  type LogPlace,
  type LogWriter,
  type ProcessFacts,
  type ServerFacts,
  type SubscriptionFacts,
} from './context-facts.js';
export type { BrokerToExamine, ExaminedBroker } from './doctor/check-broker.js';
export type { ExaminedSubscription, SubscriptionState } from './doctor/check-subscriptions.js';
export { examine, unreachable, type Diagnosis, type ExamineOptions } from './doctor/examine.js';
export { duration, type Finding } from './doctor/finding.js';
export {
  FIGURES_COUNTED,
  type Figures,
  type ParkedFigure,
  type PoolFigure,
  type ProcessFigure,
  type SubscriptionLag,
  type TimerFigure,
  type UnreadableFigure,
} from './figures.js';
export { FORGET_ACTION, forgetSubject } from './forget-subject.js';
export type { OperatedContext } from './operated-context.js';
export type { Operation, OperationsLog, RecordedOperation } from './operations-log.js';
export type { By, OperatorChanges, ParkedPlace, UnreadableChange } from './operator-changes.js';
export { changeMatching, type ManyChanged, type ManyOrder, type MatchingFilter } from './change-many-parked.js';
export {
  changeMatchingUnreadable,
  type ManyUnreadableChanged,
  type ManyUnreadableOrder,
  type MatchingUnreadable,
} from './change-many-unreadable.js';
export { reasonCodeOf } from './parked-directory.js';
export type {
  ListedParked,
  ListedUnreadable,
  ParkedCounts,
  ParkedDirectory,
  ParkedFilter,
  Resolution,
  StoredUnreadable,
  UnreadableFilter,
} from './parked-directory.js';
export { formatRef, parseRef, type ParkedRef } from './parked-ref.js';
export * from './processes/index.js';
export * from './projections/index.js';
export { replayUnreadable, type ReadAgain } from './replay-unreadable.js';
export { showParked, type ShownParked } from './show-parked.js';
export { findStream, readStreamAt, type StreamMoment } from './show-stream.js';
export {
  EVENTS_PER_LOOK,
  type StreamDirectory,
  type StreamsPage,
  type StreamsQuery,
  type StreamSummary,
} from './stream-directory.js';
export { tail, type TailOptions } from './tail.js';
export * from './trace/index.js';
export type { Anchor, BrokenRow, LogBreak, Verification, VerifyProgress } from './verification.js';
