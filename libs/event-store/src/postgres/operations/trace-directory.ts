// Finds what belongs to one request in the tables of a context. Reads ids, types and times: no data, so nothing personal.
import type { LogName, Rejection } from '../../core/index.js';
import type {
  FoundId,
  PositionRange,
  TracedAside,
  TracedDecision,
  TracedOperation,
  TracedRecord,
  TracedTimer,
  TraceDirectory,
} from '../../operations/index.js';
import type { PostgresDatabase } from '../connections/database.js';
import { eventsTable, inboundTable, outgoingTable, type LogTable } from '../log/log-table.js';
import * as sql from './trace.sql.js';

const TABLES: Readonly<Record<LogName, LogTable>> = {
  events: eventsTable,
  inbound: inboundTable,
  outgoing: outgoingTable,
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Writers that overlap commit in another order than their times say: by at most so much, in milliseconds. */
const OVERLAP_MS = 60_000;
const EVENTS_AT_ENDS = 5_000;
const EVENTS_OF_A_STREAM = 1_000;
const REQUESTS_OF_A_STREAM = 50;

interface FoundRow {
  readonly what: FoundId['what'];
  readonly time: Date;
  readonly correlation: string | null;
}

export class PostgresTraceDirectory implements TraceDirectory {
  constructor(private readonly database: PostgresDatabase) {}

  async find(id: string): Promise<FoundId[]> {
    const { rows } = await this.database.query<FoundRow>({ ...sql.findId, values: [id, UUID.test(id) ? id : null] });
    if (rows.length > 0) return rows.map(foundOf);
    const ends = await this.database.query<{ category: string }>({ ...sql.categoriesAtEnds, values: [EVENTS_AT_ENDS] });
    const streams = [id, ...ends.rows.map(({ category }) => `${category}-${id}`)];
    const values = [streams, EVENTS_OF_A_STREAM, REQUESTS_OF_A_STREAM];
    const written = await this.database.query<FoundRow>({ ...sql.requestsOfStreams, values });
    return written.rows.map((row) => foundOf({ ...row, what: 'stream' }));
  }

  async between(log: LogName, from: Date, to: Date): Promise<PositionRange> {
    const statement = sql.positionAt(TABLES[log]);
    const at = async (ms: number): Promise<bigint> => {
      const { rows } = await this.database.query<{ position: bigint }>({ ...statement, values: [new Date(ms)] });
      return rows[0]!.position;
    };
    return { after: await at(from.getTime() - OVERLAP_MS), upTo: await at(to.getTime() + OVERLAP_MS) };
  }

  async records(log: LogName, correlationId: string, { after, upTo }: PositionRange): Promise<TracedRecord[]> {
    const statement = sql.recordsOf(TABLES[log]);
    const { rows } = await this.database.query<Omit<TracedRecord, 'log'>>({
      ...statement,
      values: [correlationId, after, upTo],
    });
    return rows.map((row) => ({ ...row, log }));
  }

  async decisions(commandIds: readonly string[]): Promise<TracedDecision[]> {
    const ids = commandIds.filter((id) => UUID.test(id));
    if (ids.length === 0) return [];
    const { rows } = await this.database.query<Omit<TracedDecision, 'rejection'> & { rejection: Rejection | null }>({
      ...sql.decisionsOf,
      values: [ids],
    });
    return rows.map((row) => ({ ...row, rejection: row.rejection ?? undefined }));
  }

  async timers(correlationId: string): Promise<TracedTimer[]> {
    return (await this.database.query<TracedTimer>({ ...sql.timersOf, values: [correlationId] })).rows;
  }

  async setAside(log: LogName, positions: readonly bigint[]): Promise<TracedAside[]> {
    const { rows } = await this.database.query<Omit<TracedAside, 'dueAt'> & { dueAt: Date | null }>({
      ...sql.setAsideAt,
      values: [log, positions],
    });
    return rows.map((row) => ({ ...row, dueAt: row.dueAt ?? undefined }));
  }

  async operations(subjects: readonly string[]): Promise<TracedOperation[]> {
    return (await this.database.query<TracedOperation>({ ...sql.operationsOn, values: [subjects] })).rows;
  }

  async subscriptions(): Promise<string[]> {
    const text = 'SELECT DISTINCT name FROM event_store.subscriptions ORDER BY name';
    return (await this.database.query<{ name: string }>({ text })).rows.map(({ name }) => name);
  }
}

function foundOf({ what, time, correlation }: FoundRow): FoundId {
  return { what, time, correlationId: correlation ?? undefined };
}
