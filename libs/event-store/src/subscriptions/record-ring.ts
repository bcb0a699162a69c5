// The newest stretch of a log in memory, without a hole: everything after `floor` up to the head.
import type { LogCursor, LogRecord } from '../core/index.js';

export class RecordRing {
  /** The read that is under way at the head, shared by all who wait for it. */
  reading: Promise<void> | undefined;
  private records: LogRecord[] = [];
  private floor: bigint;
  private top: bigint;

  constructor(
    private readonly start: LogCursor,
    private readonly capacity: number,
  ) {
    this.floor = start.position;
    this.top = start.position;
  }

  get head(): LogCursor {
    return { epoch: this.start.epoch, position: this.top };
  }

  isAtHead({ epoch, position }: LogCursor): boolean {
    return epoch === this.start.epoch && position === this.top;
  }

  /** Whether everything after the cursor, up to the head, is here. */
  holds({ epoch, position }: LogCursor): boolean {
    return epoch === this.start.epoch && position >= this.floor && position <= this.top;
  }

  /** Whether the cursor is ahead of the head, or of another epoch: this stretch is of no use to it. */
  isBefore({ epoch, position }: LogCursor): boolean {
    return epoch !== this.start.epoch || position > this.top;
  }

  /** Whether something lies after the cursor. */
  goesBeyond({ epoch, position }: LogCursor): boolean {
    return epoch === this.start.epoch && position < this.top;
  }

  after(position: bigint, limit: number): readonly LogRecord[] {
    let low = 0;
    let high = this.records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.records[middle]!.position <= position) low = middle + 1;
      else high = middle;
    }
    return this.records.slice(low, low + limit);
  }

  push(records: readonly LogRecord[]): void {
    if (records.length === 0) return;
    this.records.push(...records);
    this.top = records.at(-1)!.position;
    const surplus = this.records.length - this.capacity;
    // Cut in large pieces: a shift for every record would move the whole array each time.
    if (surplus >= this.capacity / 4 || surplus >= 1_000) {
      this.floor = this.records[surplus - 1]!.position;
      this.records = this.records.slice(surplus);
    }
  }
}
