// A rejected command is an answer: to the process that sent it, it comes back as a signal.
import { deterministicId, type DomainError } from '../core/index.js';
import type { StoredCommand } from './command-dispatch.js';
import type { ProcessSignal } from './process-store.js';

const PROCESS_ACTOR = 'process:';

/** Actor of what a process decides, by which its commands are known again. */
export function processActor(process: string): string {
  return `${PROCESS_ACTOR}${process}`;
}

/** Key of what belongs to one process, in the outgoing log and in the inbound log. A process's name has no `/`. */
export function processKey(process: string, id: string): string {
  return `${process}/${id}`;
}

/** Id of the signal that would tell a rejection of this command; undefined for one that no process has sent. */
export function rejectionSignalId({ id, metadata }: Pick<StoredCommand, 'id' | 'metadata'>): string | undefined {
  return metadata.actor?.startsWith(PROCESS_ACTOR) ? deterministicId(id, 'rejection') : undefined;
}

/** Undefined for a command that no process has sent. The same rejection always gives the same signal. */
export function rejectionSignal(command: StoredCommand, { code, message }: DomainError): ProcessSignal | undefined {
  const { id: commandId, key, type: commandType, data: commandData, metadata } = command;
  const { actor, correlationId, traceparent, undoes } = metadata;
  const signalId = rejectionSignalId(command);
  if (!signalId) return undefined;
  const process = actor!.slice(PROCESS_ACTOR.length);
  return {
    signalId,
    process,
    id: key.slice(process.length + 1),
    kind: 'rejection',
    data: { commandId, commandType, commandData, code, message, ...(undoes && { undoes }) },
    metadata: { correlationId, causationId: commandId, ...(traceparent && { traceparent }) },
  };
}
