// Counts requests by key: so many in a window that begins with a key's first request. A request costs two look-ups whatever the limit, and
// the memory is bounded: @nestjs/throttler keeps every request of a window, and forgets addresses once a minute.

interface Window {
  readonly endsAt: number;
  requests: number;
}

export interface RateLimiterOptions {
  /** Requests of a key in a window. */
  readonly limit: number;
  readonly windowMs: number;
  /** Twice as many keys are held at most: whoever comes from more addresses pushes out windows of others, not our memory. */
  readonly mostKeys?: number;
  /** Milliseconds from any point on. */
  readonly now?: () => number;
}

export class RateLimiter {
  private readonly options: Required<RateLimiterOptions>;
  /** Windows that began since the last turn, and those of before it: a turn later than that all of them have ended. */
  private young = new Map<string, Window>();
  private old = new Map<string, Window>();
  private turnsAt = -Infinity;

  constructor(options: RateLimiterOptions) {
    this.options = { mostKeys: 100_000, now: () => performance.now(), ...options };
  }

  /** Counts one more request of the key. Undefined: it is welcome; else the whole seconds, 1 or more, until its next window begins. */
  waitOf(key: string): number | undefined {
    const { limit, windowMs, mostKeys, now: clock } = this.options;
    const now = clock();
    if (now >= this.turnsAt || this.young.size >= mostKeys) {
      [this.old, this.young] = [this.young, new Map()];
      this.turnsAt = now + windowMs;
    }
    let window = this.young.get(key) ?? this.old.get(key);
    if (window === undefined || now >= window.endsAt) {
      window = { endsAt: now + windowMs, requests: 0 };
      this.young.set(key, window);
    }
    window.requests += 1;
    return window.requests > limit ? Math.ceil((window.endsAt - now) / 1_000) : undefined;
  }
}
