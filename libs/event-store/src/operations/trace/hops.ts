// What was collected, as single hops: commands, events, messages and timers, each with what it says led to it.
import { SIGNAL_TYPES } from '../../processes/index.js';
import type { Collected, Operated } from './collect.js';
import type { TracedAside, TracedDecision, TracedRecord } from './trace-directory.js';

export type HopKind =
  | 'command'
  | 'event'
  /** Of another context, as it lies in the inbox. */
  | 'message'
  /** Fired, or waiting: then it has `dueAt`. */
  | 'timer'
  /** A rejected command, told to the process that sent it. */
  | 'rejection'
  /** A process that an operator has taken back. */
  | 'compensation';

export interface Hop {
  readonly context: string;
  readonly kind: HopKind;
  readonly id: string;
  /** Of a timer its name. */
  readonly type: string;
  /** Stream, message key, or `<process>/<id>`; of a command the streams it was decided on. */
  readonly key: string;
  /** Version inside the stream; 0 where there is none. */
  readonly version: number;
  readonly time: Date;
  readonly dueAt?: Date | undefined;
  /** The saga or process that decided it, e.g. `process:checkout`. People are not named. */
  readonly by?: string | undefined;
  /** Why, in the words of whoever asked. */
  readonly reason?: string | undefined;
  /** Of a command; undefined while nothing is recorded about it. */
  readonly outcome?: TracedDecision['outcome'] | undefined;
  readonly rejection?: TracedDecision['rejection'];
  /** Subscriptions that have set it aside, with their attempts and reasons. */
  readonly setAside: readonly TracedAside[];
  /** What operators did about it where it was parked, oldest first. */
  readonly operations: readonly Operated[];
  /** Of a command that was sent: when its last decision was recorded. */
  readonly decidedAt?: Date | undefined;
  /** Id of what led here, as it says itself; undefined where it says nothing. */
  readonly cause: string | undefined;
}

type Basis = Omit<Hop, 'kind' | 'cause' | 'setAside' | 'operations' | 'type'>;

/** What befell the handling of one record. */
type Troubles = Pick<Hop, 'setAside' | 'operations'>;

const NONE: Troubles = { setAside: [], operations: [] };

export function hopsOf({ context, records, decisions, timers, ...troubles }: Collected): Hop[] {
  const troublesOf = ({ log, position }: TracedRecord): Troubles => {
    const isOfIt = (one: TracedAside | Operated) => one.log === log && one.position === position;
    return { setAside: troubles.setAside.filter(isOfIt), operations: troubles.operations.filter(isOfIt) };
  };
  const hops = records.map((record): Hop => {
    if (record.log === 'outgoing') return commandOf(context, record.id, decisions, record, troublesOf(record));
    return { ...kindOf(record), ...basisOf(context, record), ...troublesOf(record) };
  });
  const sent = new Set(records.filter(({ log }) => log === 'outgoing').map(({ id }) => id));
  const executed = new Set([
    ...records.flatMap(({ metadata }) => metadata.commandId ?? []),
    ...decisions.map(({ id }) => id),
  ]);
  for (const id of executed) {
    if (sent.has(id)) continue;
    const first = records.find(({ metadata }) => metadata.commandId === id);
    hops.push(commandOf(context, id, decisions, first));
  }
  for (const { id, process, processId, name, time, dueAt, metadata } of timers) {
    const key = `${process}/${processId}`;
    hops.push({
      context,
      kind: 'timer',
      id,
      type: name,
      key,
      version: 0,
      time,
      dueAt,
      by: byOf(metadata.actor),
      ...NONE,
      cause: metadata.causationId,
    });
  }
  return hops;
}

function kindOf({ log, type, metadata }: TracedRecord): Pick<Hop, 'kind' | 'type' | 'cause'> {
  const cause = metadata.causationId;
  if (log === 'events') return { kind: 'event', type, cause: metadata.commandId ?? cause };
  if (type === SIGNAL_TYPES.timer) return { kind: 'timer', type, cause };
  if (type === SIGNAL_TYPES.compensate) return { kind: 'compensation', type, cause };
  return { kind: type === SIGNAL_TYPES.rejection ? 'rejection' : 'message', type, cause };
}

function basisOf(context: string, { id, key, version, time, metadata }: TracedRecord): Basis {
  return { context, id, key, version, time, by: byOf(metadata.actor), reason: metadata.reason };
}

/** `record`: as it was sent, or the first event it made. */
function commandOf(
  context: string,
  id: string,
  decisions: readonly TracedDecision[],
  record: TracedRecord | undefined,
  troubles = NONE,
): Hop {
  const own = decisions.filter((decision) => decision.id === id);
  const isSent = record?.log === 'outgoing';
  const times = [...own.map(({ time }) => time), ...(record ? [record.time] : [])];
  const decided = own.find(({ outcome }) => outcome === 'rejected') ?? own[0];
  return {
    context,
    kind: 'command',
    id,
    type: isSent ? record.type : (own[0]?.type ?? 'command'),
    key: isSent ? record.key : own.map(({ stream }) => stream).join(' '),
    version: 0,
    time: isSent ? record.time : new Date(Math.min(...times.map((time) => time.getTime()))),
    by: byOf(record?.metadata.actor),
    reason: record?.metadata.reason,
    outcome: decided?.outcome,
    rejection: decided?.rejection,
    decidedAt: isSent ? own.at(-1)?.time : undefined,
    ...troubles,
    cause: isSent ? record.metadata.causationId : undefined,
  };
}

/** A person who asked is not named here. */
function byOf(actor: string | undefined): string | undefined {
  return actor !== undefined && /^(process|saga):/.test(actor) ? actor : undefined;
}
