// The face of processes: durable sagas, process managers, and the dispatch of what they decide.
export { collectSaga, type CollectOptions, type SagaFunction } from './collect-saga.js';
export {
  commandDispatchSubscription,
  dispatchRetryPolicy,
  type CommandDispatchOptions,
  type StoredCommand,
} from './command-dispatch.js';
export { CommandRegistry, type EncodedCommand } from './command-registry.js';
export {
  CorrelationKeyTakenError,
  NewerStateError,
  NotCompensableError,
  ProcessNotStartedError,
  UncorrelatedEventError,
  UnencodableCommandError,
  UnknownCommandTypeError,
  UnstorableStateError,
  UnsupportedSagaError,
} from './errors.js';
export type { OutgoingCommand, OutgoingLog } from './outgoing-command.js';
export { isStorable, jsonProblem } from './plain-json.js';
export { Process, runReaction, type ProcessClass, type Said } from './process.js';
export {
  OnRejection,
  OnTimer,
  processDefinition,
  ProcessManager,
  StartsWith,
  type ProcessDefinition,
  type ProcessManagerOptions,
  type ProcessRejection,
} from './process.decorators.js';
export {
  SIGNAL_TYPES,
  SOON_MS,
  type Compensation,
  type CompensateSignal,
  type ProcessKey,
  type ProcessSignal,
  type ProcessStore,
  type ProcessTimer,
  type RefusedUndo,
  type RejectionSignal,
  type StoredProcess,
  type TakenKey,
  type TimerSignal,
  type UndoStep,
} from './process-store.js';
export { processSubscriptions, type ProcessSubscriptionOptions } from './process-subscription.js';
export { rejectionSignal, rejectionSignalId } from './rejection-signal.js';
export { sagaSubscription, type SagaOptions } from './saga.js';
export { TimerWorker, type TimerStatus, type TimerWorkerOptions } from './timer-worker.js';
