// How what sagas and processes have sent gets to its handlers, and how what is rejected finds its way back to them.
import {
  contentHash,
  DomainError,
  MessageContext,
  onDuty,
  rejectionOf,
  type CommandKey,
  type EventStore,
} from '../core/index.js';
import {
  rejectionSignal,
  rejectionSignalId,
  type CommandDispatchOptions,
  type CommandRegistry,
  type StoredCommand,
} from '../processes/index.js';
import { contextFor, type CommandBus } from './command-bus.js';
import { nestLogger } from './nest-logger.js';
import type { EventStoreRuntime } from './runtime.js';

export interface DispatchedTo {
  readonly bus: CommandBus;
  readonly registry: CommandRegistry;
}

type Dispatch = Pick<CommandDispatchOptions, 'execute' | 'onRejected' | 'wasRejected'>;

export function dispatchOf(
  { store, processes, unitOfWork }: EventStoreRuntime,
  { bus, registry }: DispatchedTo,
): Dispatch {
  const logger = nestLogger('command-dispatch');
  return {
    /** Under the id and context the saga gave it, so that a repeat finds its first result. */
    async execute({ id, type, data, metadata }) {
      const command = registry.decode({ type, data });
      const traceparent = MessageContext.current()?.traceparent ?? metadata.traceparent;
      const cause = new MessageContext({ ...metadata, traceparent });
      const context = MessageContext.run(cause, () => contextFor(command, { commandId: id }));
      try {
        await onDuty('handlers', () => bus.executeIn(context, command as never));
      } catch (error) {
        if (!(error instanceof DomainError) || !(await hadEffectBefore(id, context, store))) throw error;
        const { code, message } = error;
        logger.warn(`${type} took effect before, and would be rejected now: it counts as done.`, { id, code, message });
      }
    },
    /** What a process was told it acts on, and what is recorded of a saga's command stays so, whatever it would come to when executed again. */
    async wasRejected(command) {
      const signalId = rejectionSignalId(command);
      if (signalId !== undefined) return processes.hasSignal(signalId);
      return (await store.findCommand(dispatched(command)))?.outcome === 'rejected';
    },
    /**
     * A rejection is told in the log, and to the process that sent the command, and recorded, before the command counts as done: both at once,
     * since whoever was told is not asked again. A decision has recorded its own; what stands before the handler has not.
     */
    async onRejected(command, rejection) {
      const { id, type, metadata } = command;
      const { code, message } = rejection;
      logger.info(`${type} was rejected: ${message}`, {
        id,
        code,
        actor: metadata.actor,
        causedBy: metadata.causationId,
      });
      const signal = rejectionSignal(command, rejection);
      const record = () =>
        store.recordCommand(dispatched(command), { outcome: 'rejected', rejection: rejectionOf(rejection) });
      if (!signal) return record();
      return unitOfWork.run(async () => {
        await processes.signal(signal);
        await record();
      });
    },
  };
}

/**
 * Whether an execution before this one came further, and all it decided there changed or confirmed something: then a rule has changed its mind in
 * between, and a process that heard of a rejection would forget the step it may have to take back. Where this one came as far, its rejection is
 * the answer; where the former one was rejected in the end, that was the answer already.
 */
async function hadEffectBefore(commandId: string, context: MessageContext, store: EventStore): Promise<boolean> {
  const decisions = await store.decisionsOf(commandId);
  const beyond = decisions.filter(({ stream, step }) => !context.hasReached(stream, step));
  return beyond.length > 0 && beyond.every(({ outcome }) => outcome !== 'rejected');
}

/** Under the saga or process and its key, where the decisions of its handler have the streams they were made on. */
function dispatched({ id, key, type, data }: StoredCommand): CommandKey {
  return { id, stream: key, step: 0, type, contentHash: contentHash({ type, data }) };
}
