// How the database of a context is. Reads only, and asks for nothing that needs more than a role of the service.
import { ConfigurationError, SUBJECT_FORGOTTEN, subjectOfStream, type LogName } from '../../core/index.js';
import {
  FORGET_ACTION,
  LAG_COUNTED,
  type ContextFacts,
  type LogPlace,
  type LogWriter,
  type ProcessFacts,
  type ServerFacts,
  type SubscriptionFacts,
} from '../../operations/index.js';
import type { PostgresDatabase } from '../connections/database.js';
import { eventsTable, inboundTable, outgoingTable } from '../log/log-table.js';
import { pauseOf, type PauseRow } from '../stores/subscription-control.js';
import { logWriters } from './log-writers.sql.js';
import { subscriptionFacts } from './subscription-facts.sql.js';
import { untoldSubjects } from './untold-subjects.sql.js';

const TABLES: Readonly<Record<LogName, string>> = {
  events: eventsTable.table,
  inbound: inboundTable.table,
  outgoing: outgoingTable.table,
};

export interface KnownMigrations {
  /** Names of all migrations of this build, the event store's and the context's. */
  readonly names: readonly string[];
  /** Where those that ran are recorded. */
  readonly table: string;
}

interface SubscriptionRow extends PauseRow {
  readonly name: string;
  readonly log: LogName;
  readonly log_epoch: string;
  readonly position: bigint;
  readonly lease_owner: string | null;
  readonly lease_epoch: bigint;
  readonly leased_until: Date | null;
  readonly leased: boolean;
  readonly lag: number;
  readonly lag_ms: number | null;
}

interface WriterRow {
  readonly table: string;
  readonly pid: number | null;
  readonly gid: string | null;
  readonly application_name: string | null;
  readonly state: string | null;
  readonly query: string | null;
  readonly open_ms: number | null;
}

export class PostgresContextFacts implements ContextFacts {
  constructor(
    private readonly database: PostgresDatabase,
    readonly place: string,
    private readonly migrations: KnownMigrations,
  ) {}

  async server(): Promise<ServerFacts> {
    const { rows } = await this.database.query<{ version: string; now: Date; has_schema: boolean; recorded: boolean }>({
      text: `SELECT current_setting('server_version') AS version, clock_timestamp() AS now,
                    to_regclass('event_store.events') IS NOT NULL AS has_schema, to_regclass($1) IS NOT NULL AS recorded`,
      values: [this.migrations.table],
    });
    const { version, now, has_schema: hasSchema, recorded } = rows[0]!;
    const ran = recorded ? await this.migrationsRun() : [];
    const { names } = this.migrations;
    return {
      version,
      now,
      hasSchema,
      pending: names.filter((name) => !ran.includes(name)),
      unknown: ran.filter((name) => !names.includes(name)),
      ...(hasSchema ? await this.settings() : { danger: undefined, warnings: [] }),
    };
  }

  async subscriptions(): Promise<SubscriptionFacts[]> {
    const { rows } = await this.database.query<SubscriptionRow>({ ...subscriptionFacts, values: [LAG_COUNTED] });
    return rows.map((row) => ({
      name: row.name,
      log: row.log,
      cursor: { epoch: row.log_epoch, position: row.position },
      owner: row.lease_owner ?? undefined,
      leaseEpoch: row.lease_epoch,
      leasedUntil: row.leased_until ?? undefined,
      paused: pauseOf(row),
      leased: row.leased,
      lag: row.lag,
      lagMs: row.lag_ms ?? undefined,
    }));
  }

  async writers(): Promise<LogWriter[]> {
    const { rows } = await this.database.query<WriterRow>({ ...logWriters, values: [Object.values(TABLES)] });
    const logs = new Map(Object.entries(TABLES).map(([log, table]) => [table, log as LogName]));
    return rows.map((row) => ({
      log: logs.get(row.table)!,
      pid: row.pid ?? undefined,
      prepared: row.gid ?? undefined,
      openMs: row.open_ms ?? undefined,
      application: row.application_name ?? undefined,
      state: row.state ?? undefined,
      query: row.query ?? undefined,
    }));
  }

  async processes(): Promise<ProcessFacts | undefined> {
    const found = await this.database.query<{ found: boolean }>({
      text: `SELECT to_regclass('event_store.processes') IS NOT NULL AND to_regclass('event_store.process_timers') IS NOT NULL AS found`,
    });
    if (!found.rows[0]!.found) return undefined;
    const { rows } = await this.database.query<Omit<ProcessFacts, 'overdueMs'> & { overdue_ms: number | null }>({
      text: `
        SELECT processes.*, timers.* FROM
          (SELECT count(*) FILTER (WHERE status = 'running')::int AS running,
                  count(*) FILTER (WHERE status = 'completed')::int AS completed FROM event_store.processes) AS processes,
          (SELECT count(*) FILTER (WHERE due_at > clock_timestamp())::int AS scheduled,
                  count(*) FILTER (WHERE due_at <= clock_timestamp())::int AS due,
                  (extract(epoch FROM clock_timestamp() - min(due_at) FILTER (WHERE due_at <= clock_timestamp())) * 1000)::float8
                    AS overdue_ms FROM event_store.process_timers) AS timers`,
    });
    const { overdue_ms, ...counts } = rows[0]!;
    return { ...counts, overdueMs: overdue_ms ?? undefined };
  }

  async endOf(log: LogName, count: number): Promise<LogPlace> {
    const nth = (place: string) =>
      `coalesce((SELECT position FROM ${TABLES[log]} ORDER BY position DESC ${place}LIMIT 1), 0)`;
    const { rows } = await this.database.query<LogPlace>({
      text: `SELECT ${nth('')} AS last, ${nth('OFFSET $1::int ')} AS start`,
      values: [count],
    });
    return rows[0]!;
  }

  async untoldSubjects(sinceMs: number, limit: number): Promise<string[]> {
    const { rows } = await this.database.query<{ subject: string }>({
      ...untoldSubjects,
      values: [FORGET_ACTION, SUBJECT_FORGOTTEN, sinceMs, limit],
    });
    return rows.map(({ subject }) => subjectOfStream(subject));
  }

  private async migrationsRun(): Promise<string[]> {
    const text = `SELECT name FROM ${this.migrations.table} ORDER BY id`;
    return (await this.database.query<{ name: string }>({ text })).rows.map(({ name }) => name);
  }

  private async settings(): Promise<Pick<ServerFacts, 'danger' | 'warnings'>> {
    try {
      return { danger: undefined, warnings: (await this.database.checkServer()).map(({ message }) => message) };
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      return { danger: error.message, warnings: [] };
    }
  }
}
