// Calls user code with a deadline. What comes after the deadline, result or error, is ignored.
import { DeadlineExceededError, type Clock } from '../core/index.js';

export const DEFAULT_DEADLINE_MS = 30_000;

export interface CallOptions {
  readonly clock: Clock;
  /** For the error's message. */
  readonly what: string;
  readonly deadlineMs?: number;
  /** Rejects with the signal's reason when it aborts, without waiting for the call. */
  readonly cut?: AbortSignal;
}

/** @throws DeadlineExceededError, or what the work throws. */
export function callWithin<T>(work: () => Promise<T>, options: CallOptions): Promise<T> {
  const { clock, what, deadlineMs = DEFAULT_DEADLINE_MS, cut } = options;
  return new Promise<T>((resolve, reject) => {
    const end = (settle: () => void): void => {
      cancel();
      cut?.removeEventListener('abort', onCut);
      settle();
    };
    const onCut = (): void => end(() => reject(cut!.reason as Error));
    const cancel = clock.after(deadlineMs, () => end(() => reject(new DeadlineExceededError(what, deadlineMs))));
    if (cut?.aborted) return onCut();
    cut?.addEventListener('abort', onCut, { once: true });
    // An `async` wrapper turns a handler that throws at once into a rejection.
    (async () => work())().then(
      (value) => end(() => resolve(value)),
      (error: Error) => end(() => reject(error)),
    );
  });
}
