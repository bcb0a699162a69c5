// Waits until checkpoints have reached a position. Those moved by this process say so at once; the others are asked for, by one question
// for all who wait. While nobody waits it does nothing.
import { outsideTransaction, UnavailableError, type CheckpointStore, type Clock } from '../../core/index.js';
import { TooManyWaitingError } from './waiting-errors.js';

export interface CheckpointWatchOptions {
  readonly checkpoints: Pick<CheckpointStore, 'positions'>;
  readonly clock: Clock;
  /** Pause between two questions while somebody waits, in milliseconds, default 50. */
  readonly pollMs?: number;
  /** Most who wait at a time, default 1,000. */
  readonly maxWaiting?: number;
}

export interface WaitOptions {
  /** Longest wait, in milliseconds, default 5,000. */
  readonly timeoutMs?: number;
  /** Ends the wait as if its time were up, e.g. when the caller has gone. */
  readonly signal?: AbortSignal;
  /** Called where the wait does not end at once: what it returns is called when it ends, what it throws is thrown instead of waiting. */
  readonly admit?: () => () => void;
}

interface Waiter {
  readonly names: readonly string[];
  readonly position: bigint;
  readonly places: Map<string, bigint>;
  readonly end: (error?: Error) => void;
}

export const DEFAULT_WAIT_MS = 5_000;

export class CheckpointWatch {
  private readonly waiters = new Set<Waiter>();
  /** What this process has moved itself. */
  private readonly moves = new Map<string, bigint>();
  private asking = false;
  private closed = false;

  constructor(private readonly options: CheckpointWatchOptions) {}

  get waiting(): number {
    return this.waiters.size;
  }

  /** A subscription of this process on the log `events` has committed its checkpoint. */
  moved(name: string, position: bigint): void {
    this.moves.set(name, position);
    for (const waiter of this.waiters) if (waiter.names.includes(name)) note(waiter, name, position);
  }

  /**
   * Resolves with the lowest checkpoint of the subscriptions (log `events`) once it has reached the position, or when the time is up: it is
   * then lower. @throws TooManyWaitingError | UnavailableError when the process ends, and what `admit` throws.
   */
  async reach(names: readonly string[], position: bigint, options: WaitOptions = {}): Promise<bigint> {
    const { timeoutMs = DEFAULT_WAIT_MS, signal, admit } = options;
    const { clock, maxWaiting = 1_000 } = this.options;
    const places = new Map(names.map((name) => [name, this.moves.get(name) ?? 0n]));
    if (lowest(places) >= position) return lowest(places);
    if (this.closed) throw closing();
    if (this.waiters.size >= maxWaiting) throw new TooManyWaitingError(this.waiters.size);
    const leave = admit?.();
    return new Promise((resolve, reject) => {
      const end = (error?: Error): void => {
        if (!this.waiters.delete(waiter)) return;
        cancel();
        leave?.();
        signal?.removeEventListener('abort', onAbort);
        if (error) reject(error);
        else resolve(lowest(places));
      };
      const onAbort = (): void => end();
      const waiter: Waiter = { names, position, places, end };
      this.waiters.add(waiter);
      const cancel = outsideTransaction(() => clock.after(timeoutMs, onAbort));
      signal?.addEventListener('abort', onAbort, { once: true });
      if (signal?.aborted) return end();
      if (!this.asking) void outsideTransaction(() => this.ask());
    });
  }

  /** Ends all waits: the process is about to stop. */
  close(): void {
    this.closed = true;
    for (const waiter of this.waiters) waiter.end(closing());
  }

  /** As long as somebody waits. Never rejects: a store that does not answer is asked again, until the waits' own time is up. */
  private async ask(): Promise<void> {
    const { checkpoints, clock, pollMs = 50 } = this.options;
    this.asking = true;
    while (this.waiters.size > 0) {
      const names = new Set([...this.waiters].flatMap((waiter) => waiter.names));
      const positions = await checkpoints.positions('events', [...names]).catch(() => new Map<string, bigint>());
      for (const waiter of this.waiters) {
        for (const [name, position] of positions) if (waiter.places.has(name)) note(waiter, name, position);
      }
      if (this.waiters.size > 0) await clock.sleep(pollMs);
    }
    this.asking = false;
  }
}

function note({ places, position, end }: Waiter, name: string, at: bigint): void {
  if (at > places.get(name)!) places.set(name, at);
  if (lowest(places) >= position) end();
}

function lowest(places: ReadonlyMap<string, bigint>): bigint {
  let least: bigint | undefined;
  for (const place of places.values()) if (least === undefined || place < least) least = place;
  return least ?? 0n;
}

function closing(): UnavailableError {
  return new UnavailableError('Waiting for a projection', new Error('the process is about to stop'));
}
