// Time enters the library here, so that a simulation can drive it. No engine room reads the machine's own.

export interface Clock {
  now(): Date;
  /** Resolves after `ms`, or at once when the signal aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back once after `ms`; returns a function that cancels. */
  after(ms: number, callback: () => void): () => void;
}

/**
 * Whether `at`, a time of this clock that was at most `mostMs` ahead when it was set, is still to come. One that is further away was set before the
 * clock was put back, and whoever waited for it would wait for as long as it was put back.
 */
export function isStillAhead(at: number, mostMs: number, clock: Clock): boolean {
  const ms = at - clock.now().getTime();
  return ms > 0 && ms <= mostMs;
}

/** How every clock sleeps: until it calls back, or at once when the signal aborts. Never rejects. */
export function sleepWith(after: (callback: () => void) => () => void, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = after(done);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/** Whether `work` has ended within `ms`; when it has not, it goes on. @throws what it rejects with before that */
export async function endsWithin(work: Promise<unknown>, ms: number, clock: Clock): Promise<boolean> {
  const patience = new AbortController();
  const inTime = work.then(() => true);
  const tooLate = clock.sleep(ms, patience.signal).then(() => false);
  try {
    return await Promise.race([inTime, tooLate]);
  } finally {
    patience.abort('over'); // without a reason it makes an error with a stack, each time
  }
}

export const systemClock: Clock = {
  now: () => new Date(),
  sleep(ms, signal) {
    return sleepWith((callback) => systemClock.after(ms, callback), signal);
  },
  after(ms, callback) {
    const timer = setTimeout(callback, Math.max(0, ms)); // what is due already is due now; newer Nodes warn of less than nothing
    return () => clearTimeout(timer);
  },
};
