// Reads a log in memory without loss: nothing at or above the oldest open draft is shown.
import {
  CursorAheadOfLogError,
  LogEpochMismatchError,
  sleepWith,
  type Clock,
  type LogCursor,
  type LogName,
  type LogPage,
  type LogRecord,
  type SettledLog,
} from '../core/index.js';
import type { MemoryDatabase } from './memory-database.js';
import { toLogRecord } from './memory-log.js';

export class MemorySettledLog implements SettledLog {
  /** Changes of the log when the last look found the end: a later one means there may be something. */
  private heard = 0;

  constructor(
    private readonly database: MemoryDatabase,
    readonly name: LogName,
    private readonly clock: Clock,
  ) {}

  async beginning(): Promise<LogCursor> {
    return { epoch: this.database.epoch, position: 0n };
  }

  async head(): Promise<LogCursor> {
    const own = this.database.transaction();
    const last = this.log.last;
    while (this.log.isOpenUpTo(last, own)) await new Promise<void>((resolve) => this.log.onceChanged(resolve));
    return { epoch: this.database.epoch, position: this.log.lastUpTo(last) };
  }

  async read(after: LogCursor, limit: number): Promise<readonly LogRecord[]> {
    const records = this.look(after, limit);
    if (records.length === 0) this.heard = this.log.changes;
    return records;
  }

  async readPage(after: LogCursor, limit: number): Promise<LogPage> {
    const records = this.look(after, limit);
    const isEnd = records.length < limit;
    if (isEnd) this.heard = this.log.changes;
    return { records, isEnd };
  }

  private look({ epoch, position }: LogCursor, limit: number): readonly LogRecord[] {
    if (epoch !== this.database.epoch) throw new LogEpochMismatchError(this.name, epoch, this.database.epoch);
    if (position > this.log.last) throw new CursorAheadOfLogError(this.name, position, this.log.last);
    return this.log.settledAfter(position, limit).map(toLogRecord);
  }

  async readAt(position: bigint): Promise<LogRecord | undefined> {
    const row = this.log.at(position);
    return row && toLogRecord(row);
  }

  changed(maxWaitMs: number, signal: AbortSignal): Promise<void> {
    if (this.log.changes !== this.heard) return Promise.resolve();
    return sleepWith((wake) => {
      const cancel = this.clock.after(maxWaitMs, wake);
      const forget = this.log.onceChanged(wake);
      return () => {
        cancel();
        forget();
      };
    }, signal);
  }

  /** Units of work in memory hold nobody up for longer than they run. */
  heldBack(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  private get log() {
    return this.database.logs[this.name];
  }
}
