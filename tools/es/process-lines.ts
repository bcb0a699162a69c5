// A process for people: how it is, and why it does not go on.
import {
  duration,
  type ListedProcess,
  type RecordedOperation,
  type StuckProcess,
  type StuckReason,
} from '../../libs/event-store/src/operations/index.js';
import { cut, paint, safe, type Look } from './terminal.js';
import { timeText } from './text.js';

export function stuckLines(look: Look, { process, id, known, reasons }: StuckProcess): string[] {
  const lines = reasons.flatMap(reasonLines).map((text) => `    ${cut(safe(text), look.width - 4)}`);
  return [`\n  ${paint(look, 'bold', safe(`${process}/${id}`))}  ${statusText(known)}`, ...lines];
}

export function statusText(known: ListedProcess | undefined): string {
  if (!known) return 'not started';
  const status = known.status === 'completed' && known.compensation ? 'compensated' : known.status;
  return `${status}, changed ${timeText(known.updatedAt)}`;
}

/** Its keys, what of it could be taken back, and what was. */
export function knownLines(known: ListedProcess | undefined): string[] {
  if (!known) return [];
  const { keys, undo, compensation } = known;
  return [
    ...(keys.length > 0 ? [`also found by ${keys.join(', ')}`] : []),
    ...(undo.length > 0 ? [`can still be taken back by ${undo.join(', ')}`] : []),
    ...(compensation ? [`taken back by ${compensation.by}: ${compensation.reason}`] : []),
    ...refusedLines(compensation?.refused ?? []),
  ];
}

export function operationText({ at, actor, databaseUser, action, reason }: RecordedOperation): string {
  const as = databaseUser === undefined ? '' : ` as ${databaseUser}`;
  return `${timeText(at)}  ${action} by ${actor}${as}${reason ? `: ${reason}` : ''}`;
}

function refusedLines(refused: readonly { type: string; code: string; message: string }[]): string[] {
  return refused.map(({ type, code, message }) => `not taken back, ${type} was refused: ${code}: ${message}`);
}

function reasonLines(reason: StuckReason): string[] {
  switch (reason.why) {
    case 'record-set-aside':
    case 'command-parked':
    case 'command-retried': {
      const { type, status, attempts, reason: text } = reason.message;
      const done = status === 'parked' ? 'parked:' : 'tried again:';
      const what = {
        'record-set-aside': done,
        'command-parked': 'its command',
        'command-retried': `${done} its command`,
      }[reason.why];
      return [`${what} ${type}, after ${attempts} attempt${attempts === 1 ? '' : 's'}: ${text}`];
    }
    case 'timer-overdue':
      return [`timer ${reason.timer.name} is late by ${duration(reason.timer.overdueMs)}`];
    case 'undo-refused':
      return refusedLines(reason.refused);
    case 'idle':
    default:
      return [
        `nothing would wake it: no timer, nothing set aside, no command on its way, for ${duration(reason.sinceMs)}`,
      ];
  }
}
