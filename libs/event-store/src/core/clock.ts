// Time, ids and chance enter the library here, so that a simulation can drive them. Nothing below core reads the machine's own.
import { hash, randomBytes, randomUUID } from 'node:crypto';

export interface Clock {
  now(): Date;
  /** Resolves after `ms`, or at once when the signal aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back once after `ms`; returns a function that cancels. */
  after(ms: number, callback: () => void): () => void;
}

export interface IdGenerator {
  /** A new UUIDv7 (RFC 9562, section 5.7). */
  next(): string;
  /** A number in [0, 1), for jitter. */
  random(): number;
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

export const systemIds: IdGenerator = {
  next() {
    const time = Date.now().toString(16).padStart(12, '0');
    const chance = randomUUID().slice(15); // from bytes that Node draws for many at a time: to draw 16 alone takes three times as long
    return `${time.slice(0, 8)}-${time.slice(8)}-7${chance}`;
  },
  random: () => randomBytes(4).readUInt32BE() / 2 ** 32,
};

/** The same parts always give the same UUID (version 8, RFC 9562 section 5.8: SHA-256 over the parts, each with its length). */
export function deterministicId(...parts: readonly (string | number)[]): string {
  let text = '';
  for (const part of parts) text += `${String(part).length}:${part};`;
  const hex = hash('sha256', text);
  const variant = VARIANTS[parseInt(hex[16]!, 16) & 3]!;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The first two bits of the digit are 10. */
const VARIANTS = '89ab';

/** Short stable hash of any JSON value; object keys in any order give the same hash. */
export function contentHash(value: unknown): string {
  return hash('sha256', canonical(value));
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner) && !isSorted(Object.keys(inner))
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  );
}

function isSorted(keys: readonly string[]): boolean {
  for (let at = 1; at < keys.length; at += 1) if (keys[at - 1]! > keys[at]!) return false;
  return true;
}
