// What one reaction decided, as it is written: state, commands, timers and undo steps with ids that a redelivery repeats.
import { deterministicId, MessageContext, type EventMetadata, type LogRecord } from '../core/index.js';
import type { CommandRegistry } from './command-registry.js';
import { UnstorableStateError } from './errors.js';
import type { OutgoingCommand } from './outgoing-command.js';
import { jsonProblem } from './plain-json.js';
import type { Said } from './process.js';
import type { ProcessTimer, StoredProcess, UndoStep } from './process-store.js';
import { processActor, processKey } from './rejection-signal.js';

export interface Decision {
  readonly row: StoredProcess;
  readonly commands: readonly OutgoingCommand[];
  readonly timers: readonly ProcessTimer[];
}

export interface DecisionOptions {
  /** Before the reaction. */
  readonly row: StoredProcess;
  /** What was reacted to. */
  readonly record: LogRecord;
  /** What ids derive from. Default the record's id; another one for each event but the first that the record is. */
  readonly cause?: string;
  /** Who would decide on a compensation. */
  readonly by: string;
  /** Afterwards. */
  readonly state: object;
  readonly stateVersion: number;
  readonly said: Said;
  readonly commands: CommandRegistry;
}

type ToSend = Pick<OutgoingCommand, 'type' | 'data'> & Partial<Pick<UndoStep, 'undoes'>>;

/** @throws UnstorableStateError | UnencodableCommandError | UnknownCommandTypeError */
export function decisionOf(options: DecisionOptions): Decision {
  const { row, record, cause = record.id, by, state, stateVersion, said, commands } = options;
  const { process, id } = row;
  const problem = Array.isArray(state) ? 'it is an array' : jsonProblem(state);
  if (problem) throw new UnstorableStateError(process, problem);
  const outgoing: OutgoingCommand[] = [];
  const send = ({ type, data, undoes }: ToSend, reason: string | undefined): string => {
    const commandId = deterministicId(process, cause, outgoing.length);
    const metadata = { ...metadataOf(row, record, reason), ...(undoes !== undefined && { undoes }) };
    outgoing.push({ id: commandId, key: processKey(process, id), type, data, metadata });
    return commandId;
  };
  const sent = said.commands.map(({ command, undo, reason }): UndoStep[] => {
    const undoes = send(commands.encode(command), reason);
    return undo ? [{ undoes, ...commands.encode(undo) }] : [];
  });
  const { compensation } = said;
  const before = [...row.undo, ...sent.slice(0, compensation?.upTo).flat()];
  const refused = row.compensation?.refused ?? [];
  // What was refused is tried again after what was done later.
  if (compensation) for (const step of [...before.toReversed(), ...refused]) send(step, compensation.reason);
  const undo = compensation ? sent.slice(compensation.upTo).flat() : before;
  return {
    row: {
      process,
      id,
      status: said.completed ? 'completed' : 'running',
      stateVersion,
      state,
      undo: said.completed ? [] : undo,
      compensation: compensation ? { reason: compensation.reason, by, refused: [] } : row.compensation,
      keys: row.keys,
    },
    commands: outgoing,
    timers: said.timers.map(({ name, afterMs }, index) => ({
      process,
      id,
      timerId: deterministicId(process, cause, 'timer', index),
      name,
      afterMs,
      metadata: metadataOf(row, record),
    })),
  };
}

/** Of everything that follows from `record`. */
export function metadataOf(
  { process }: Pick<StoredProcess, 'process'>,
  record: LogRecord,
  reason?: string,
): EventMetadata {
  const { correlationId } = record.metadata;
  const traceparent = MessageContext.current()?.traceparent ?? record.metadata.traceparent;
  return {
    correlationId,
    causationId: record.id,
    actor: processActor(process),
    ...(reason !== undefined && { reason }),
    ...(traceparent && { traceparent }),
  };
}
