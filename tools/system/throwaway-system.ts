// A whole system for one purpose: fresh data in a temporary folder, gone at the end, also after a failure or Ctrl-C.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildOnce } from './build.js';
import { startSystem, type System, type SystemOptions } from './system.js';

export interface ThrowawayOptions extends Pick<SystemOptions, 'env' | 'broker' | 'kafka'> {
  /** What goes on, for people. */
  readonly log: (line: string) => void;
}

/** The run was ended by a signal. */
export class InterruptedError extends Error {
  constructor(signal: string) {
    super(`Interrupted by ${signal}.`);
    this.name = 'InterruptedError';
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs `work` on a system of its own. A signal aborts `work` and cleans up as usual.
 * @throws InterruptedError after a signal; @throws Error when a service does not stop with exit code 0.
 */
export async function withThrowawaySystem<T>(
  { log, ...options }: ThrowawayOptions,
  work: (system: System, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => abort.abort(new InterruptedError(signal));
  for (const signal of SIGNALS) process.on(signal, onSignal);
  const folder = await mkdtemp(join(tmpdir(), 'nest-es-demo-'));
  try {
    await chmod(folder, 0o711); // the database may run as another user
    await buildOnce(log);
    abort.signal.throwIfAborted();
    log(`Starting PostgreSQL${options.broker === 'kafka' ? ', Kafka' : ''} and the services …`);
    const system = await startSystem({ ...options, dataDir: folder, log });
    let result: T;
    try {
      abort.signal.throwIfAborted();
      result = await untilAborted(work(system, abort.signal), abort.signal);
    } catch (error) {
      await system.stop();
      throw error;
    }
    const failed = Object.entries(await system.stop()).filter(([, code]) => code !== 0);
    if (failed.length > 0) {
      throw new Error(
        `Stopped, but not cleanly: ${failed.map(([name, code]) => `${name} ended with ${code}`).join(', ')}.`,
      );
    }
    return result;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}

/** Whatever `work` is waiting for, the signal is heard. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
