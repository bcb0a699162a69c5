// What one connection knows about which positions are final. It lives and dies with its connection: after an error nothing of it may be believed.
import { CursorAheadOfLogError, LogEpochMismatchError } from '../../core/index.js';
import type { Clock, HeldBack, LogCursor, LogHolder, LogRecord } from '../../core/index.js';
import type { DedicatedConnection, TextRow } from '../connections/dedicated-connection.js';
import { type LogEpoch, presentLogEpoch } from './log-epoch.js';
import { highestOf, identityOf, isFull, lastDrawnOf, type LogTable, parseRecord, rangeOf } from './log-table.js';
import { LogWriters, type WatchedTable } from './log-writers.js';

const NO_LIMIT = 2n ** 63n - 1n;

export interface SettlingSources {
  readonly connection: DedicatedConnection;
  readonly clock: Clock;
  /** Signals heard so far that the log has grown; a writer gives one once its commit is visible. */
  readonly heard: () => number;
}

export interface Look {
  readonly records: readonly LogRecord[];
  /** Signals heard when the look began, if it found nothing to be read behind these records. */
  readonly endAt?: number | undefined;
}

export class SettlingSession {
  /** The highest position known to be settled: a record read, or a cursor handed in. */
  private mark = 0n;
  /** L while the records up to it are read in portions. Never kept as the mark: a crash can draw positions again that nobody wrote. */
  private settledUpTo: bigint | undefined;
  /** L and H while some of H are still open. */
  private writers: LogWriters | undefined;
  /** The highest position known to have been drawn: cursors up to here need no check. */
  private drawn = 0n;
  private step: { readonly from: bigint; readonly look: Promise<Look> } | undefined;
  private readonly range;

  private constructor(
    private readonly log: LogTable,
    private readonly table: WatchedTable,
    private readonly epoch: LogEpoch,
    private readonly heard: () => number,
  ) {
    this.range = rangeOf(log);
  }

  static async open(log: LogTable, { connection, clock, heard }: SettlingSources): Promise<SettlingSession> {
    const epoch = await presentLogEpoch(connection, epochsOf(log));
    const [row] = await connection.query(identityOf(log));
    return new SettlingSession(log, { connection, clock, oid: row![0]!, sequence: row![1]! }, epoch, heard);
  }

  get connection(): DedicatedConnection {
    return this.table.connection;
  }

  cursor(position: bigint): LogCursor {
    this.refuseStrangeServer(this.epoch.epoch);
    return { epoch: this.epoch.epoch, position };
  }

  /** False when the cursor is of an epoch this session does not know: it may have been renewed since. */
  knows(cursor: LogCursor): boolean {
    return cursor.epoch === this.epoch.epoch;
  }

  /** Whether another epoch has been begun since. */
  async isOutdated(): Promise<boolean> {
    return (await presentLogEpoch(this.connection, epochsOf(this.log))).epoch !== this.epoch.epoch;
  }

  /** @throws LogEpochMismatchError, CursorAheadOfLogError */
  async check({ epoch, position }: LogCursor): Promise<void> {
    this.refuseStrangeServer(epoch);
    if (epoch !== this.epoch.epoch) throw new LogEpochMismatchError(this.log.name, epoch, this.epoch.epoch);
    if (position <= this.drawn) return;
    const [row] = await this.connection.query(lastDrawnOf(this.table.sequence));
    this.drawn = BigInt(row![0]!);
    if (position > this.drawn) throw new CursorAheadOfLogError(this.log.name, position, this.drawn);
  }

  /** The next settled records after a checked cursor; waits for slow writers `waitMs` at most. */
  async read(after: bigint, limit: number, waitMs: number): Promise<Look> {
    for (;;) {
      this.raise(after);
      const { mark } = this;
      if (after < mark) {
        const records = await this.select(after, mark, limit);
        if (records.length > 0) return { records };
        if (mark !== this.mark) continue;
      }
      const { from, look } = (this.step ??= this.begin(mark, limit, waitMs));
      const next = await look; // one step at a time, shared by all who stand at the mark
      if (from === mark) return next.records.length > limit ? { records: next.records.slice(0, limit) } : next;
    }
  }

  /** The highest settled position at or below the last one drawn now, or the writers that kept it open longer than `waitMs`. */
  async head(waitMs: number): Promise<{ position: bigint } | { writers: readonly LogHolder[] }> {
    const writers = await LogWriters.watch(this.table);
    if (!(await writers.gone(waitMs))) return { writers: await writers.report() };
    const [row] = await this.connection.query(highestOf(this.log, writers.upTo));
    const highest = BigInt(row![0]!);
    this.raise(highest);
    return { position: highest };
  }

  async readAt(position: bigint): Promise<LogRecord | undefined> {
    const [record] = await this.select(position - 1n, position, 1);
    return record;
  }

  get isHeldBack(): boolean {
    return this.writers !== undefined;
  }

  async heldBack(): Promise<HeldBack | undefined> {
    const { writers, mark } = this;
    // Only a read forgets the writers, and a replica whose leases are with another reads no more.
    if (!writers || (await writers.areGone())) return undefined;
    const sinceMs = this.table.clock.now().getTime() - writers.since;
    return { position: mark + 1n, sinceMs, holders: await writers.report() };
  }

  private begin(from: bigint, limit: number, waitMs: number) {
    const look = this.advance(from, limit, waitMs).finally(() => (this.step = undefined));
    return { from, look };
  }

  private async advance(from: bigint, limit: number, waitMs: number): Promise<Look> {
    for (;;) {
      if (this.settledUpTo !== undefined) {
        const page = await this.page(from, this.settledUpTo, limit);
        if (page.length > 0) return { records: page };
      }
      const heard = this.heard();
      const seen = await this.connection.query(this.range(from, NO_LIMIT, limit));
      if (seen.length === 0) return { records: [], endAt: heard };
      const final = withoutGap(from, seen);
      const isAll = final.length === seen.length && !isFull(seen, limit);
      if (final.length > 0) return { records: this.reached(final.map(parseRecord)), endAt: isAll ? heard : undefined };

      // A gap right above the mark: rolled back, or not committed yet? Only its writer knows.
      const writers = (this.writers ??= await LogWriters.watch(this.table));
      if (!(await writers.gone(waitMs))) return { records: [], endAt: heard };
      this.writers = undefined;
      const page = await this.page(from, writers.upTo, limit);
      if (page.length > 0) return { records: page };
    }
  }

  /** Settled records up to L. Only a full portion leaves L to be remembered, and only until the next one. */
  private async page(from: bigint, upTo: bigint, limit: number): Promise<readonly LogRecord[]> {
    const rows = await this.connection.query(this.range(from, upTo, limit));
    this.settledUpTo = isFull(rows, limit) ? upTo : undefined;
    return this.reached(rows.map(parseRecord));
  }

  private reached(records: readonly LogRecord[]): readonly LogRecord[] {
    const last = records.at(-1);
    if (last) this.raise(last.position);
    return records;
  }

  private raise(position: bigint): void {
    if (position <= this.mark) return;
    this.mark = position;
    if (position > this.drawn) this.drawn = position;
    if (this.settledUpTo !== undefined && this.settledUpTo <= position) this.settledUpTo = undefined;
    if (this.writers && this.writers.upTo <= position) this.writers = undefined;
  }

  private async select(after: bigint, upTo: bigint, limit: number): Promise<LogRecord[]> {
    return (await this.connection.query(this.range(after, upTo, limit))).map(parseRecord);
  }

  private refuseStrangeServer(expected: string): void {
    const { strangeServer } = this.epoch;
    if (strangeServer !== undefined) throw new LogEpochMismatchError(this.log.name, expected, strangeServer);
  }
}

function epochsOf({ epochs = 'event_store.log_epochs' }: LogTable): string {
  return epochs;
}

/** The rows that follow `from` without a gap: nothing can appear between them any more, whatever other writers do. */
function withoutGap(from: bigint, rows: readonly TextRow[]): readonly TextRow[] {
  const gap = rows.findIndex(([position], index) => BigInt(position!) !== from + BigInt(index) + 1n);
  return gap < 0 ? rows : rows.slice(0, gap);
}
