// One reader per log and process: every subscription at the head shares it; whoever is further back reads for itself and slows nobody.
import {
  outsideTransaction,
  sleepWith,
  type Clock,
  type LogCursor,
  type LogPage,
  type LogRecord,
  type SettledLog,
} from '../../core/index.js';
import { RecordRing } from './record-ring.js';

export interface LiveTailOptions {
  /** Newest records kept in memory, default 5,000. */
  readonly capacity?: number;
  /** Size of their data in memory, in bytes of JSON, default 32 MiB. */
  readonly capacityBytes?: number;
  /** Records in one shared read, default 1,000; never more than the capacity. */
  readonly readLimit?: number;
  /** Longest wait for a signal before the log is asked again, in milliseconds, default 1,000. */
  readonly pollMs?: number;
}

/**
 * Records kept while the log is far ahead, at most. They are read on within milliseconds; what is kept longer outlives the collector's first
 * look, and piles up as garbage of the expensive kind.
 */
const KEPT_ON_THE_WAY = 1_000;

export class LiveTail {
  private ring: RecordRing | undefined;
  /** The wait for the next change that everybody shares. */
  private waiting: Promise<void> | undefined;
  /** The last look found nothing behind the head, and nothing has been heard since: who is there need not ask again. */
  private isLevel = false;
  private readonly closing = new AbortController();
  private readonly capacity: number;
  private readonly capacityBytes: number;
  private readonly readLimit: number;
  private readonly pollMs: number;

  constructor(
    readonly log: SettledLog,
    private readonly clock: Clock,
    { capacity = 5_000, capacityBytes = 32 * 1024 * 1024, readLimit = 1_000, pollMs = 1_000 }: LiveTailOptions = {},
  ) {
    this.capacity = capacity;
    this.capacityBytes = capacityBytes;
    this.readLimit = Math.min(readLimit, capacity);
    this.pollMs = pollMs;
  }

  /**
   * The next settled records after the cursor, ascending, at most `limit`; empty when none is settled yet.
   * @throws what {@link SettledLog.read} throws; everything remembered is then forgotten.
   */
  async next(after: LogCursor, limit: number): Promise<readonly LogRecord[]> {
    const records = await this.nextAsStored(after, limit);
    return this.log.decrypted ? outsideTransaction(() => this.log.decrypted!(records)) : records;
  }

  /** What is kept is kept as it is stored: encrypted data is opened each time it is handed on. */
  private async nextAsStored(after: LogCursor, limit: number): Promise<readonly LogRecord[]> {
    try {
      const ring = this.ring;
      if (ring?.isAtHead(after)) {
        if (this.isLevel) return [];
        ring.reading ??= this.extend(ring);
        await ring.reading;
      }
      if (ring?.holds(after)) return ring.after(after.position, limit);
      return await this.readAlone(after, limit);
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  /** Resolves when there may be something after the cursor, after `maxWaitMs` at the latest, or when the signal aborts. Never rejects. */
  changed(after: LogCursor, maxWaitMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.ring?.goesBeyond(after)) return Promise.resolve();
    return sleepWith((wake) => {
      void this.watch().then(wake);
      return this.clock.after(maxWaitMs, wake);
    }, signal);
  }

  /** Drops the records in memory, e.g. after a failed write: the database may have gone back to an earlier state. */
  forget(): void {
    this.ring = undefined;
    this.isLevel = false;
  }

  /** Ends the wait that may be open. */
  close(): void {
    this.closing.abort();
    this.forget();
  }

  private async extend(ring: RecordRing): Promise<void> {
    try {
      const { records, isEnd } = await this.read(ring.head, this.readLimit);
      ring.push(records, records.length < this.readLimit ? this.capacity : KEPT_ON_THE_WAY);
      if (isEnd && ring === this.ring) this.level(); // and not forgotten meanwhile
    } finally {
      ring.reading = undefined;
    }
  }

  /** Behind the ring, or the first to be ahead of it: the ring then goes on from here. */
  private async readAlone(after: LogCursor, limit: number): Promise<readonly LogRecord[]> {
    const { records, isEnd } = await this.read(after, limit);
    if (!this.ring || this.ring.isBefore(after)) {
      this.ring = new RecordRing(after, this.capacity, this.capacityBytes);
      this.ring.push(records);
      this.isLevel = false; // that was known of another stretch
      if (isEnd) this.level();
    }
    return records;
  }

  private read(after: LogCursor, limit: number): Promise<LogPage> {
    return outsideTransaction(() => (this.log.encrypted ?? this.log).readPage(after, limit));
  }

  private level(): void {
    if (this.closing.signal.aborted) return;
    this.isLevel = true;
    void this.watch(); // the log knows what was written since that look began
  }

  private watch(): Promise<void> {
    if (this.closing.signal.aborted) return Promise.resolve();
    return (this.waiting ??= outsideTransaction(() => this.log.changed(this.pollMs, this.closing.signal))
      .catch(() => this.clock.sleep(this.pollMs, this.closing.signal))
      .finally(() => {
        this.waiting = undefined;
        this.isLevel = false;
      }));
  }
}
