// The face of processes: durable sagas and the dispatch of what they decide.
export { collectSaga, type CollectOptions, type SagaFunction } from './collect-saga.js';
export {
  commandDispatchSubscription,
  dispatchRetryPolicy,
  type CommandDispatchOptions,
  type StoredCommand,
} from './command-dispatch.js';
export { CommandRegistry, type EncodedCommand } from './command-registry.js';
export { UnencodableCommandError, UnknownCommandTypeError, UnsupportedSagaError } from './errors.js';
export type { OutgoingCommand, OutgoingLog } from './outgoing-command.js';
export { jsonProblem } from './plain-json.js';
export { sagaSubscription, type SagaOptions } from './saga.js';
