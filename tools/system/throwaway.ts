// Work that leaves nothing behind: in a temporary folder that goes at the end, also after a failure or a signal.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The run was ended by a signal. */
export class InterruptedError extends Error {
  constructor(signal: string) {
    super(`Interrupted by ${signal}.`);
    this.name = 'InterruptedError';
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs `work` with a folder of its own, named after `prefix`. A signal aborts what `work` is given to watch, with the error to throw;
 * signals are held off until `work` has ended, so it can stop in order what it has started.
 * @throws whatever `work` throws.
 */
export async function throwaway<T>(
  prefix: string,
  work: (folder: string, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => abort.abort(new InterruptedError(signal));
  for (const signal of SIGNALS) process.on(signal, onSignal);
  const folder = await mkdtemp(join(tmpdir(), prefix));
  try {
    await chmod(folder, 0o711); // the database may run as another user
    return await work(folder, abort.signal);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}

/** Whatever `work` is waiting for, the signal is heard. @throws its reason, or what `work` throws. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
