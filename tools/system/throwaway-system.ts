// A whole system for one purpose: fresh data in a temporary folder, gone at the end, also after a failure or Ctrl-C.
import { NO_RATE_LIMITS } from './no-rate-limits.js';
import { packedCommand, packOnce } from './pack.js';
import { startSystem, type System, type SystemOptions } from './system.js';
import { throwaway, untilAborted } from './throwaway.js';

export interface ThrowawayOptions extends Pick<SystemOptions, 'env' | 'broker' | 'kafka' | 'command'> {
  /** What goes on, for people. */
  readonly log: (line: string) => void;
  /** The work hears the signal itself and ends in order what it has begun, so it is waited for. Default: it is left where it is. */
  readonly unwinds?: boolean;
}

/**
 * Runs `work` on a system of its own. A signal aborts `work` and cleans up as usual.
 * @throws InterruptedError after a signal; @throws Error when a service does not stop with exit code 0.
 */
export function withThrowawaySystem<T>(
  { log, unwinds = false, env, ...options }: ThrowawayOptions,
  work: (system: System, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return throwaway('nest-es-demo-', async (folder, signal) => {
    await packOnce(log);
    signal.throwIfAborted();
    log(`Starting PostgreSQL${options.broker === 'kafka' ? ', Kafka' : ''} and the services …`);
    const system = await startSystem({
      command: packedCommand,
      ...options,
      env: { ...NO_RATE_LIMITS, ...env },
      dataDir: folder,
      log,
    });
    let result: T;
    try {
      signal.throwIfAborted();
      result = await (unwinds ? work(system, signal) : untilAborted(work(system, signal), signal));
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
  });
}
