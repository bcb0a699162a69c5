// Time for tests of whole modules: it flows like the machine's, so that nothing has to be driven, and it can be moved on.
import { sleepWith, systemClock, type Clock } from '../core/index.js';

/** The longest delay a timer of Node takes, in milliseconds; what is further away happens only when the clock is moved. */
const LONGEST_MS = 2 ** 31 - 1;

interface Waiting {
  readonly at: number;
  readonly callback: () => void;
  cancel: () => void;
}

export class MovableClock implements Clock {
  private aheadMs = 0;
  private readonly waiting = new Set<Waiting>();

  now(): Date {
    return new Date(systemClock.now().getTime() + this.aheadMs);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepWith((callback) => this.after(ms, callback), signal);
  }

  after(ms: number, callback: () => void): () => void {
    const one: Waiting = { at: this.now().getTime() + Math.max(0, ms), callback, cancel: () => undefined };
    this.waiting.add(one);
    this.arm(one);
    return () => this.forget(one);
  }

  /** Moves on by `ms` milliseconds: what falls due on the way is called now, in its order. */
  advance(ms: number): void {
    this.aheadMs += ms;
    const now = this.now().getTime();
    const all = [...this.waiting].sort((a, b) => a.at - b.at);
    for (const one of all) {
      if (!this.waiting.has(one)) continue; // called off by one before it
      if (one.at <= now) this.call(one);
      else this.arm(one);
    }
  }

  private arm(one: Waiting): void {
    one.cancel();
    const ms = one.at - this.now().getTime();
    if (ms <= LONGEST_MS) one.cancel = systemClock.after(ms, () => this.call(one));
  }

  private call(one: Waiting): void {
    this.forget(one);
    one.callback();
  }

  private forget(one: Waiting): void {
    this.waiting.delete(one);
    one.cancel();
  }
}
