// An append-only log. A position is drawn when the row is written and, as on PostgreSQL, before the commit: what is settled ends below the oldest open draft.
import type { EventMetadata, LogRecord } from '../core/index.js';
import type { MemoryTransaction, Part } from './memory-transaction.js';

/** A row as it lies in the log: data and metadata as JSON text, so that no reader can change what another will read. */
export interface LogRow extends Omit<LogRecord, 'data' | 'metadata' | 'bytes' | 'sealed'> {
  readonly dataJson: string;
  readonly metadataJson: string;
}

export class MemoryLog implements Part {
  /** The highest position ever drawn. Never goes back: a rolled-back draft leaves a gap. */
  last = 0n;
  /** Committed, ascending. */
  private readonly rows: LogRow[] = [];
  private readonly drafts = new Map<MemoryTransaction, LogRow[]>();
  private readonly listeners = new Set<() => void>();
  /** Counts the moments at which more may have become settled. */
  changes = 0;

  write(transaction: MemoryTransaction, record: Omit<LogRecord, 'position'>): LogRow {
    // Field by field, here and below: what a rest pattern makes is slow to build and slow to read.
    const { id, key, version, type, schemaVersion, data, metadata, time } = record;
    this.last += 1n;
    const row = {
      id,
      key,
      version,
      type,
      schemaVersion,
      time,
      position: this.last,
      dataJson: JSON.stringify(data),
      metadataJson: JSON.stringify(metadata),
    };
    const draft = this.drafts.get(transaction);
    if (draft) draft.push(row);
    else {
      const begun = [row];
      this.drafts.set(transaction, begun);
      transaction.keep(this, begun);
    }
    return row;
  }

  /** Whether a transaction other than `own` may still commit a row at or below `position`. */
  isOpenUpTo(position: bigint, own?: MemoryTransaction): boolean {
    for (const [transaction, [first]] of this.drafts)
      if (transaction !== own && first!.position <= position) return true;
    return false;
  }

  /** Settled rows after `position`, at most `limit`. */
  settledAfter(position: bigint, limit: number): LogRow[] {
    let firstOpen = this.last + 1n;
    for (const [first] of this.drafts.values()) if (first!.position < firstOpen) firstOpen = first!.position;
    const from = this.indexAfter(position);
    return this.rows.slice(from, Math.min(from + limit, this.indexAfter(firstOpen - 1n)));
  }

  /** Position of the last committed row at or below `position`; 0 when there is none. */
  lastUpTo(position: bigint): bigint {
    return this.rows[this.indexAfter(position) - 1]?.position ?? 0n;
  }

  /** Committed rows at or below `position`. */
  countUpTo(position: bigint): number {
    return this.indexAfter(position);
  }

  at(position: bigint): LogRow | undefined {
    const row = this.rows[this.indexAfter(position - 1n)];
    return row?.position === position ? row : undefined;
  }

  /** Calls back once when more may be settled; returns a function that forgets it. */
  onceChanged(callback: () => void): () => void {
    const once = (): void => {
      this.listeners.delete(once);
      callback();
    };
    this.listeners.add(once);
    return () => this.listeners.delete(once);
  }

  conflicts(): boolean {
    return false;
  }

  apply(transaction: MemoryTransaction): void {
    const draft = this.drafts.get(transaction) ?? [];
    const inOrder = draft.length === 0 || draft[0]!.position > (this.rows.at(-1)?.position ?? 0n);
    this.rows.push(...draft);
    if (!inOrder) this.rows.sort((a, b) => (a.position < b.position ? -1 : 1));
    this.discard(transaction);
  }

  discard(transaction: MemoryTransaction): void {
    if (!this.drafts.delete(transaction)) return;
    this.changes += 1;
    const listeners = [...this.listeners]; // who begins to listen meanwhile waits for the next change
    for (const listener of listeners) listener();
  }

  /** Index of the first row after `position`. */
  private indexAfter(position: bigint): number {
    let low = 0;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.rows[middle]!.position <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export function toLogRecord(row: LogRow): LogRecord {
  const { id, key, version, type, schemaVersion, time, position, dataJson, metadataJson } = row;
  const data = JSON.parse(dataJson) as object;
  const metadata = JSON.parse(metadataJson) as EventMetadata;
  return { id, key, version, type, schemaVersion, time, position, data, metadata };
}
