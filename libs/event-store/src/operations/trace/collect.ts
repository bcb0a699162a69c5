// Gathers everything of one request, context by context: each log is read between two times, because no log has an index over requests.
import type { LogName } from '../../core/index.js';
import { formatRef } from '../parked-ref.js';
import type {
  PositionRange,
  TracedAside,
  TracedDecision,
  TracedOperation,
  TracedRecord,
  TracedTimer,
  TraceDirectory,
} from './trace-directory.js';

/** One context as far as a trace looks at it. */
export interface TracedContext {
  /** The service's name. */
  readonly name: string;
  readonly trace: TraceDirectory;
}

/** With the record it was done about, and the subscription that had parked it. */
export type Operated = Omit<TracedOperation, 'subject'> & Pick<TracedAside, 'name' | 'log' | 'position'>;

export interface Collected {
  readonly context: string;
  readonly records: readonly TracedRecord[];
  readonly decisions: readonly TracedDecision[];
  readonly timers: readonly TracedTimer[];
  readonly setAside: readonly TracedAside[];
  readonly operations: readonly Operated[];
  readonly subscriptions: readonly string[];
}

export interface CollectOptions {
  readonly from: Date;
  readonly to: Date;
  /** An id whose decision is wanted although no record of the trace names it: a command that made no event. */
  readonly alsoCommand: string;
  readonly signal: AbortSignal;
}

/** Positions looked at in one statement, so that a long look can be broken off. */
const PORTION = 100_000n;
const LOGS: readonly LogName[] = ['events', 'inbound', 'outgoing'];

export async function collect(
  { name, trace }: TracedContext,
  correlationId: string | undefined,
  { from, to, alsoCommand, signal }: CollectOptions,
): Promise<Collected> {
  const records: TracedRecord[] = [];
  for (const log of correlationId === undefined ? [] : LOGS) {
    const range = await trace.between(log, from, to);
    for (const portion of portions(range)) {
      if (signal.aborted) break;
      records.push(...(await trace.records(log, correlationId!, portion)));
    }
  }
  const commandIds = records.flatMap(({ log, id, metadata }) => (log === 'outgoing' ? id : (metadata.commandId ?? [])));
  const asideOf = async (log: LogName) => {
    const positions = records.filter((record) => record.log === log).map(({ position }) => position);
    return positions.length > 0 ? trace.setAside(log, positions) : [];
  };
  const subscriptions = await trace.subscriptions();
  return {
    context: name,
    records,
    decisions: await trace.decisions([...new Set([...commandIds, alsoCommand])]),
    timers: correlationId === undefined ? [] : await trace.timers(correlationId),
    setAside: (await Promise.all(LOGS.map(asideOf))).flat(),
    operations: await operationsOn(records, subscriptions, { name, trace }),
    subscriptions,
  };
}

async function operationsOn(
  records: readonly TracedRecord[],
  subscriptions: readonly string[],
  { name: context, trace }: TracedContext,
): Promise<Operated[]> {
  const parked = new Map(
    records.flatMap(({ log, position }) =>
      subscriptions.map((name) => {
        const subject = formatRef({ kind: 'record', context, subscription: { name, log }, position });
        return [subject, { name, log, position }] as const;
      }),
    ),
  );
  if (parked.size === 0) return [];
  return (await trace.operations([...parked.keys()])).map(({ subject, ...done }) => ({
    ...done,
    ...parked.get(subject)!,
  }));
}

function* portions({ after, upTo }: PositionRange): Generator<PositionRange> {
  for (let from = after; from < upTo; from += PORTION) {
    yield { after: from, upTo: from + PORTION < upTo ? from + PORTION : upTo };
  }
}
