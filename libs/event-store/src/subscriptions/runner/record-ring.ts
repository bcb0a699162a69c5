// The newest stretch of a log in memory, without a hole: everything after `floor` up to the head.
import type { LogCursor, LogRecord } from '../../core/index.js';

export class RecordRing {
  /** The read that is under way at the head, shared by all who wait for it. */
  reading: Promise<void> | undefined;
  private records: LogRecord[] = [];
  /** Of each record's data as JSON, which is less than it takes in memory, but in proportion. */
  private sizes: number[] = [];
  private bytes = 0;
  private floor: bigint;
  private top: bigint;

  constructor(
    private readonly start: LogCursor,
    private readonly capacity: number,
    private readonly capacityBytes: number,
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

  /** @param keep how many records to keep at most, when that is less than the capacity. */
  push(records: readonly LogRecord[], keep = this.capacity): void {
    if (records.length === 0) return;
    for (const record of records) {
      const size = record.bytes ?? JSON.stringify(record.data).length;
      this.records.push(record);
      this.sizes.push(size);
      this.bytes += size;
    }
    this.top = records.at(-1)!.position;
    this.drop(this.surplus(Math.min(keep, this.capacity)));
  }

  /** How many records to drop, oldest first. In large pieces: a shift for every record would move the whole array each time. */
  private surplus(capacity: number): number {
    const tooMany = this.records.length - capacity;
    let count = tooMany >= capacity / 4 || tooMany >= 1_000 ? tooMany : 0;
    if (this.bytes <= this.capacityBytes) return count;
    let rest = this.bytes;
    for (let index = 0; rest > this.capacityBytes * 0.75; index += 1) {
      rest -= this.sizes[index]!;
      count = Math.max(count, index + 1);
    }
    return count;
  }

  private drop(count: number): void {
    if (count === 0) return;
    this.floor = this.records[count - 1]!.position;
    for (let index = 0; index < count; index += 1) this.bytes -= this.sizes[index]!;
    this.records = this.records.slice(count);
    this.sizes = this.sizes.slice(count);
  }
}
