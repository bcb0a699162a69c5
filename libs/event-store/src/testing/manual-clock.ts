// A clock that stands still until a test moves it: hours of retries pass in milliseconds, in the same order every time.
import { sleepWith, type Clock } from '../core/index.js';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

export class ManualClock implements Clock {
  private readonly timers = new Set<Timer>();

  constructor(private time = Date.UTC(2030, 0, 1)) {}

  now(): Date {
    return new Date(this.time);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepWith((callback) => this.after(ms, callback), signal);
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.time + Math.max(0, ms), callback };
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  }

  /** Moves on by `ms`; whatever falls due on the way happens at its own time and is let finish before the next. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await settle();
    for (let next = this.next(); next && next.at <= end; next = this.next()) await this.fire(next);
    this.time = end;
    await settle();
  }

  /**
   * Moves on from timer to timer until the condition holds.
   * @throws Error when it does not hold after `limitMs` of this clock, or when nothing is left that could happen.
   */
  async until(condition: () => boolean | Promise<boolean>, limitMs = 600_000): Promise<void> {
    const end = this.time + limitMs;
    for (;;) {
      await settle();
      if (await condition()) return;
      const next = this.next();
      if (!next || next.at > end) throw new Error(`still not so after ${limitMs} ms: ${condition.toString()}`);
      await this.fire(next);
    }
  }

  private async fire(timer: Timer): Promise<void> {
    this.timers.delete(timer);
    this.time = Math.max(this.time, timer.at);
    timer.callback();
    await settle();
  }

  private next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers) if (!first || timer.at < first.at) first = timer;
    return first;
  }
}

/** Lets everything run that needs no time: promises, and what they start. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
}
