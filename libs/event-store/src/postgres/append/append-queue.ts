// Appends that wait for a statement, in the order they came, and the keys of those that have left and are not decided yet.
import { OverloadedError } from '../../core/index.js';
import type { Waiting } from './waiting.js';

export interface QueueLimits {
  /** The time, in milliseconds. */
  readonly now: () => number;
  /** Appends in one statement at most, default 128. */
  readonly batchSize?: number;
  /** Events in one statement at most, default 1,000; an append of more goes by itself, outside the lanes. */
  readonly batchEvents?: number;
  /** Their size as JSON, default 4 MiB; the same. */
  readonly batchBytes?: number;
  /** Appends that may wait, default 10,000. */
  readonly waitingSize?: number;
  /** Their size as JSON, default 256 MiB. */
  readonly waitingBytes?: number;
  /** How long one may wait for its statement, default 30,000 milliseconds. */
  readonly waitingMs?: number;
}

const MIB = 1024 * 1024;

export class AppendQueue {
  private waiting: Waiting[] = [];
  private bytes = 0;
  /** Keys of appends under way. */
  private readonly busy = new Set<string>();

  constructor(private readonly options: QueueLimits) {}

  get size(): number {
    return this.waiting.length;
  }

  hasRoomFor(bytes: number, elsewhere: number): boolean {
    const { waitingSize = 10_000, waitingBytes = 256 * MIB } = this.options;
    return this.size + elsewhere < waitingSize && (this.size === 0 || this.bytes + bytes <= waitingBytes);
  }

  /** @returns whether it need not stand behind one that is under way. */
  add(one: Waiting): boolean {
    this.waiting.push(one);
    this.bytes += one.request.bytes;
    return !this.isBusy(one);
  }

  /**
   * The longest waiting first, at most `share` of them and what a statement may hold. Those behind one under way stay, in their order. Nobody
   * passes one that does not fit. What is too large for any statement that is shared comes apart; who has waited too long is told so.
   */
  take(share: number): { readonly batch: readonly Waiting[]; readonly large: readonly Waiting[] } {
    const { batchSize = 128, batchEvents = 1_000, batchBytes = 4 * MIB } = this.options;
    const most = Math.min(share, batchSize);
    const batch: Waiting[] = [];
    const large: Waiting[] = [];
    const left: Waiting[] = [];
    let [events, bytes] = [0, 0];
    for (const [index, one] of this.waiting.entries()) {
      const count = one.request.events.length;
      if (this.isOverdue(one)) {
        this.bytes -= one.request.bytes;
        one.reject(new OverloadedError(this.size));
      } else if (this.isBusy(one)) {
        left.push(one);
      } else if (count > batchEvents || one.request.bytes > batchBytes) {
        this.leave(one, large);
      } else if (batch.length < most && events + count <= batchEvents && bytes + one.request.bytes <= batchBytes) {
        this.leave(one, batch);
        events += count;
        bytes += one.request.bytes;
      } else {
        left.push(...this.waiting.slice(index));
        break;
      }
    }
    this.waiting = left;
    return { batch, large };
  }

  /** It is decided: those behind it may go. */
  release(one: Waiting): void {
    for (const key of one.keys) this.busy.delete(key);
  }

  private leave(one: Waiting, to: Waiting[]): void {
    for (const key of one.keys) this.busy.add(key);
    this.bytes -= one.request.bytes;
    to.push(one);
  }

  private isBusy(one: Waiting): boolean {
    return one.keys.some((key) => this.busy.has(key));
  }

  private isOverdue({ since }: Waiting): boolean {
    return this.options.now() - since > (this.options.waitingMs ?? 30_000);
  }
}
