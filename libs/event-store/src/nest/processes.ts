// The process managers of all features, as Nest built them.
import { ConfigurationError, type Class } from '../core/index.js';
import {
  processDefinition,
  processSubscriptions,
  type CommandRegistry,
  type Process,
  type ProcessDefinition,
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
