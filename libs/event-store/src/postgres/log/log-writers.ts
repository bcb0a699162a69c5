// Who may still write at or below a position: watched in pg_locks, because a lock is held from before the first position is drawn until after the commit is visible.
import type { Clock, LogHolder } from '../../core/index.js';
import type { DedicatedConnection } from '../connections/dedicated-connection.js';
import { lastDrawnOf } from './log-table.js';

/** A transaction that holds ROW EXCLUSIVE on the log's table. */
interface Writer {
  /** Undefined for a prepared transaction: no session has it any more. */
  readonly pid: number | undefined;
  /** Of the session: another one for every transaction of it. */
  readonly virtualTransaction: string;
}

export interface WatchedTable {
  readonly connection: DedicatedConnection;
  readonly clock: Clock;
  readonly oid: string;
  readonly sequence: string;
}

const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 50;

export class LogWriters {
  readonly since: number;

  private constructor(
    private readonly table: WatchedTable,
    /** L: every position up to here was drawn, by one of the watched writers or by one that is gone. */
    readonly upTo: bigint,
    /** H: those that may still commit one of them. */
    private readonly writers: Map<string, Writer>,
  ) {
    this.since = table.clock.now().getTime();
  }

  /** L before H, and each by a statement of its own: a writer that drew a position up to L is in H, or its commit is visible to the next statement. */
  static async watch(table: WatchedTable): Promise<LogWriters> {
    const [row] = await table.connection.query(lastDrawnOf(table.sequence));
    const upTo = BigInt(row![0]!);
    return new LogWriters(table, upTo, await holders(table));
  }

  /** Whether all of them are gone, within `maxMs`: then everything up to {@link upTo} is final and visible to the next statement. */
  async gone(maxMs: number): Promise<boolean> {
    const { clock } = this.table;
    const deadline = clock.now().getTime() + maxMs;
    for (let pause = FIRST_PAUSE_MS; this.writers.size > 0; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      const left = deadline - clock.now().getTime();
      if (left <= 0) return false;
      await clock.sleep(Math.min(pause, left));
      await this.look();
    }
    return true;
  }

  /** Whether all of them are gone now. */
  async areGone(): Promise<boolean> {
    if (this.writers.size > 0) await this.look();
    return this.writers.size === 0;
  }

  /** Those still watched, for people. */
  async report(): Promise<LogHolder[]> {
    const rows = await this.table.connection.query({
      text: `SELECT l.pid, l.virtualtransaction, p.gid,
                    extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, p.prepared)) * 1000
               FROM (${HOLDERS}) l
               LEFT JOIN pg_stat_activity a ON a.pid = l.pid
               LEFT JOIN pg_locks x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid' AND x.granted
                                   AND x.virtualtransaction = l.virtualtransaction
               LEFT JOIN pg_prepared_xacts p ON p.transaction = x.transactionid`,
      values: [this.table.oid],
    });
    return rows
      .filter(([pid, virtualTransaction]) => this.writers.has(keyOf(pid!, virtualTransaction!)))
      .map(([pid, , gid, ageMs]) => ({
        pid: pid === null ? undefined : Number(pid),
        ...(gid !== null && { prepared: gid! }),
        ageMs: ageMs === null ? undefined : Math.round(Number(ageMs)),
      }));
  }

  private async look(): Promise<void> {
    this.compare(await holders(this.table));
  }

  private compare(now: ReadonlyMap<string, Writer>): void {
    let sessionLeft = false;
    for (const [key, { pid }] of this.writers) {
      if (now.has(key)) continue;
      this.writers.delete(key);
      sessionLeft ||= pid !== undefined;
    }
    // PREPARE TRANSACTION hands a session's locks to a transaction of another name: whoever left may be one of these now.
    if (sessionLeft) for (const [key, writer] of now) if (writer.pid === undefined) this.writers.set(key, writer);
  }
}

// Oids are unique inside a database only, so another database's table may carry the same.
const HOLDERS = `SELECT DISTINCT pid, virtualtransaction FROM pg_locks
  WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted AND relation = $1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

async function holders({ connection, oid }: WatchedTable): Promise<Map<string, Writer>> {
  const rows = await connection.query({ name: `writers`, text: HOLDERS, values: [oid] });
  return new Map(
    rows.map(([pid, virtualTransaction]) => [
      keyOf(pid!, virtualTransaction!),
      { pid: pid === null ? undefined : Number(pid), virtualTransaction: virtualTransaction! },
    ]),
  );
}

function keyOf(pid: string | null, virtualTransaction: string): string {
  return `${pid ?? 'prepared'} ${virtualTransaction}`;
}
