// kafkajs promises may stay open for ever, when a broker is frozen or a connection is half open: whoever waits for one sets a limit.
import { systemClock } from '../core/index.js';

/** @throws Error when `work` has not ended by then; it may still end later, unheard. */
export async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  let cancel: () => void = () => undefined;
  const late = new Promise<never>((_, reject) => {
    cancel = systemClock.after(ms, () => reject(new Error(`no answer within ${ms} ms`)));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
  }
}

/** Waits at most so long, for work whose outcome does not matter. */
export async function settledWithin(work: Promise<unknown>, ms: number): Promise<void> {
  await withDeadline(work, ms).catch(() => undefined);
}
