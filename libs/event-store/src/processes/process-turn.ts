// One turn of a process: it reacts, or its steps are taken back, or it only notes what was refused; and what was decided is written.
import { deterministicId, MessageContext, type LogRecord, type Transaction } from '../core/index.js';
import type { Logger } from '../subscriptions/index.js';
import type { Collected } from './collected.js';
import type { CommandRegistry } from './command-registry.js';
import { NewerStateError } from './errors.js';
import type { OutgoingCommand } from './outgoing-command.js';
import { decisionOf, metadataOf, type DecisionOptions } from './process-decision.js';
import type { Answer, Reaction, TakingBack } from './process-routes.js';
import type { ProcessRows } from './process-rows.js';
import {
  SIGNAL_TYPES,
  type Compensation,
  type ProcessTimer,
  type RefusedUndo,
  type RejectionSignal,
  type StoredProcess,
} from './process-store.js';
import { runReaction, type Process } from './process.js';
import type { ProcessDefinition } from './process.decorators.js';
import { processActor } from './rejection-signal.js';

export interface TurnOptions {
  readonly definition: ProcessDefinition;
  /** As Nest built it: injected fields, and the state that a process starts with. */
  readonly instance: Process;
  readonly commands: CommandRegistry;
  readonly logger: Logger;
}

export interface Turn {
  readonly row: StoredProcess;
  readonly record: LogRecord;
  readonly answer: Answer;
  readonly rows: ProcessRows;
  readonly outgoing: Collected<OutgoingCommand>;
  readonly timers: Collected<ProcessTimer>;
  readonly transaction: Transaction;
}

/** The process afterwards. What is to be written is written when the unit of work ends, with that of its other records. */
export async function takeTurn(turn: Turn, options: TurnOptions): Promise<StoredProcess> {
  const { row: found, record, answer, rows, outgoing, timers, transaction } = turn;
  const { definition, commands, logger } = options;
  const { process, id } = found;
  const fields = { process, id, type: record.type, record: record.id };
  const isOver = found.status === 'completed';
  // Before anything else: what this build has no reaction to, the newer one may wait for.
  if (!isOver && found.stateVersion > definition.version)
    throw new NewerStateError(process, id, found.stateVersion, definition.version);
  const refused = refusedUndo(record);
  if (refused && (isOver || !('member' in answer))) {
    logger.error(`Process ${process} could not be taken back: ${refused.type} was refused.`, { ...fields, ...refused });
    return rows.change(transaction, { ...found, compensation: withRefused(found, refused) });
  }
  // What was refused is asked for again by people alone, not by a rejection that comes late.
  const isAskedAgain = record.type === SIGNAL_TYPES.compensate && found.compensation?.refused.length;
  if (isOver && !isAskedAgain) {
    logger.debug(`Process ${process} is completed: a late record.`, fields);
    return found;
  }
  const row = withoutRejected(found, record);
  if ('ignored' in answer) {
    const level = record.type === SIGNAL_TYPES.timer ? 'warn' : 'debug';
    logger[level](`Process ${process} has ${answer.ignored}: a signal changes nothing.`, fields);
    return row.undo.length < found.undo.length ? rows.change(transaction, row) : row;
  }
  const outcome = 'takesBack' in answer ? takingBack(row, answer) : await reacting(row, record, answer, options);
  const decision = decisionOf({ row, record, commands, ...outcome });
  outgoing.add(transaction, decision.commands);
  timers.add(transaction, decision.timers);
  return rows.learn(transaction, rows.change(transaction, decision.row), outcome.said.keys);
}

type Outcome = Omit<DecisionOptions, 'row' | 'record' | 'commands'>;

async function reacting(
  row: StoredProcess,
  record: LogRecord,
  reaction: Reaction,
  { definition, instance }: TurnOptions,
): Promise<Outcome> {
  const { process, id } = row;
  const state = row.status === 'new' ? instance.state : presentState(row, definition);
  const cause = reaction.part ? deterministicId(record.id, 'part', reaction.part) : record.id;
  const seed = deterministicId(process, cause);
  const context = new MessageContext({ ...metadataOf(row, record), seed });
  const outcome = await MessageContext.run(context, () => runReaction(instance, { id, state }, calling(reaction)));
  return { ...outcome, cause, stateVersion: definition.version, by: processActor(process) };
}

/** No code of the process runs, so that it can be done to one whose code fails. */
function takingBack({ state, stateVersion }: StoredProcess, { takesBack }: TakingBack): Outcome {
  const { reason, by } = takesBack;
  const said = { commands: [], timers: [], keys: [], compensation: { reason, upTo: 0 }, completed: true };
  return { state, stateVersion, said, by };
}

function calling({ member, args }: Reaction): (process: Process) => unknown {
  return (process) =>
    (process as unknown as Record<string | symbol, (...given: unknown[]) => unknown>)[member]!(...args);
}

/** Raised to the present version. */
function presentState({ state, stateVersion }: StoredProcess, { upcast }: ProcessDefinition): object {
  return upcast.slice(stateVersion - 1).reduce((data, upcaster) => upcaster(data), state as Record<string, unknown>);
}

/** Without the undo of a step that was rejected: there is nothing to take back. */
function withoutRejected(row: StoredProcess, record: LogRecord): StoredProcess {
  if (record.type !== SIGNAL_TYPES.rejection) return row;
  const { commandId } = record.data as RejectionSignal;
  return { ...row, undo: row.undo.filter(({ undoes }) => undoes !== commandId) };
}

function refusedUndo({ type, data }: LogRecord): RefusedUndo | undefined {
  if (type !== SIGNAL_TYPES.rejection) return undefined;
  const { undoes, commandType, commandData, code, message } = data as RejectionSignal;
  return undoes === undefined ? undefined : { undoes, type: commandType, data: commandData, code, message };
}

function withRefused({ process, compensation }: StoredProcess, refused: RefusedUndo): Compensation {
  const known = compensation ?? { reason: '', by: processActor(process), refused: [] };
  return { ...known, refused: [...known.refused, refused] };
}
