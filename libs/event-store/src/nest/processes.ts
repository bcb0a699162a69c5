// The process managers of all features, as Nest built them, and how what is rejected finds its way back to them.
import { ConfigurationError, contentHash, rejectionOf, type Class, type CommandKey } from '../core/index.js';
import {
  processDefinition,
  processSubscriptions,
  rejectionSignal,
  rejectionSignalId,
  type CommandDispatchOptions,
  type CommandRegistry,
  type Process,
  type ProcessDefinition,
  type StoredCommand,
} from '../processes/index.js';
import type { TransactionalSubscription } from '../subscriptions/index.js';
import type { Explored } from './explorer.js';
import { nestLogger } from './nest-logger.js';
import type { EventStoreRuntime } from './runtime.js';

export interface FoundProcess {
  readonly processClass: Class;
  readonly definition: ProcessDefinition;
  readonly instance: Process;
}

/** @throws ConfigurationError */
export function findProcesses({ features, instanceOf }: Explored): FoundProcess[] {
  return features.flatMap(({ options }) =>
    (options.processes ?? []).map((processClass): FoundProcess => {
      const instance = instanceOf(processClass);
      if (!instance) throw new ConfigurationError(`${processClass.name} was not built by Nest. Make it a singleton.`);
      return { processClass, definition: processDefinition(processClass), instance: instance as Process };
    }),
  );
}

export function subscriptionsOf(
  found: readonly FoundProcess[],
  runtime: EventStoreRuntime,
  commands: CommandRegistry,
  inboundTypes: ReadonlySet<string>,
): TransactionalSubscription[] {
  const { processes: store, outgoing, registry, orphanWaitMs } = runtime;
  const shared = { store, outgoing, registry, commands, inboundTypes, orphanWaitMs };
  return found.flatMap(({ definition, instance }) =>
    processSubscriptions({ ...shared, definition, instance, logger: nestLogger(definition.name) }),
  );
}

/** What a process was told it acts on, and what is recorded of a saga's command stays so, whatever it would come to when executed again. */
export function rejectedBefore({ processes, store }: EventStoreRuntime): CommandDispatchOptions['wasRejected'] {
  return async (command) => {
    const signalId = rejectionSignalId(command);
    if (signalId !== undefined) return processes.hasSignal(signalId);
    return (await store.findCommand(dispatched(command)))?.outcome === 'rejected';
  };
}

/**
 * A rejection is told in the log, and to the process that sent the command, and recorded, before the command counts as done. A decision has
 * recorded its own; what stands before the handler has not.
 */
export function rejectionsTo({ processes, store }: EventStoreRuntime): CommandDispatchOptions['onRejected'] {
  const logger = nestLogger('command-dispatch');
  return async (command, rejection) => {
    const { id, type, metadata } = command;
    const { code, message } = rejection;
    logger.info(`${type} was rejected: ${message}`, {
      id,
      code,
      actor: metadata.actor,
      causedBy: metadata.causationId,
    });
    const signal = rejectionSignal(command, rejection);
    if (signal) await processes.signal(signal);
    await store.recordCommand(dispatched(command), { outcome: 'rejected', rejection: rejectionOf(rejection) });
  };
}

/** Under the saga or process and its key, where the decisions of its handler have the streams they were made on. */
function dispatched({ id, key, type, data }: StoredCommand): CommandKey {
  return { id, stream: key, step: 0, type, contentHash: contentHash({ type, data }) };
}
