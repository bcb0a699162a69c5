// The records of a log as they settle, in position order: what a subscriber would be given, and nothing it would not.
import { UnavailableError, type LogCursor, type LogName, type LogRecord, type SettledLog } from '../core/index.js';
import type { ContextFacts } from './context-facts.js';
import type { OperatedContext } from './operated-context.js';

export interface TailOptions {
  readonly log: LogName;
  /** First position wanted; default: the last `count` records. */
  readonly from?: bigint;
  /** How many records to begin with, at most. */
  readonly count: number;
  /** Go on until the signal aborts. */
  readonly follow: boolean;
  readonly signal: AbortSignal;
  /** What an operator should know meanwhile: the log is held back, or was lost and is read again. */
  readonly note: (sentence: string) => void;
}

const RECORDS_AT_A_TIME = 200;
const LOOK_MS = 500;
const PAUSE_MS = 1_000;

export async function* tail(context: OperatedContext, options: TailOptions): AsyncGenerator<LogRecord> {
  const { log, from = 0n, count, follow, signal, note } = options;
  const settled = context.logs[log];
  let cursor = await startOf(context, options);
  for (let left = count; !signal.aborted;) {
    const limit = follow ? RECORDS_AT_A_TIME : Math.min(left, RECORDS_AT_A_TIME);
    let records: readonly LogRecord[];
    try {
      records = await settled.read(cursor, limit);
    } catch (error) {
      if (!follow || !(error instanceof UnavailableError)) throw error;
      note(`${context.name}: ${error.message} Trying again.`);
      await context.clock.sleep(PAUSE_MS, signal);
      continue;
    }
    for (const record of records) {
      if (signal.aborted) return;
      if (record.position < from) continue;
      yield record;
      left -= 1;
    }
    cursor = { ...cursor, position: records.at(-1)?.position ?? cursor.position };
    if (!follow && left <= 0) return;
    if (records.length > 0) continue;
    if (!follow) {
      await noteHeldBack(context, options, cursor);
      return;
    }
    await settled.changed(LOOK_MS, signal);
  }
}

/** Always a settled position: a reader takes everything up to its cursor for final. */
async function startOf({ logs, facts }: OperatedContext, { log, from, count }: TailOptions): Promise<LogCursor> {
  const beginning = await logs[log].beginning();
  const settled = await settledPosition(logs[log], facts);
  const { start } = await facts.endOf(log, count);
  const wanted = from === undefined ? start : from - 1n;
  return { ...beginning, position: wanted < 0n ? 0n : wanted > settled ? settled : wanted };
}

/** While a writer is slow: where the subscription that is furthest has come to. */
async function settledPosition(log: SettledLog, facts: ContextFacts): Promise<bigint> {
  try {
    return (await log.head()).position;
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    const places = (await facts.subscriptions()).filter((place) => place.log === log.name);
    return places.reduce((highest, { cursor }) => (cursor.position > highest ? cursor.position : highest), 0n);
  }
}

/** Records that are there and not settled are not shown; that they exist is said. */
async function noteHeldBack({ name, facts }: OperatedContext, { log, note }: TailOptions, { position }: LogCursor) {
  if ((await facts.endOf(log, 0)).last <= position) return;
  const writers = (await facts.writers()).filter((writer) => writer.log === log);
  if (writers.length === 0) return;
  const who = writers.map(({ pid, prepared }) => (pid ? `pid ${pid}` : `prepared transaction ${prepared}`)).join(', ');
  note(
    `${name}: records after position ${position} are not settled yet: ${who} has an open transaction that writes to ${log}.`,
  );
}
