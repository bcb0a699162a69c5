// Waiting for a condition instead of sleeping: asserts again and again until it holds or the deadline passes.
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Returns what `assertion` returns as soon as it does not throw.
 * @throws its last error, with the time waited in the message, after `timeoutMs`.
 */
export async function eventually<T>(
  assertion: () => T | Promise<T>,
  { timeoutMs = 10_000, everyMs = 20 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<T> {
  for (const start = Date.now(); ; await sleep(everyMs)) {
    try {
      return await assertion();
    } catch (error) {
      if (Date.now() - start < timeoutMs) continue;
      if (error instanceof Error) error.message = `still so after ${timeoutMs} ms: ${error.message}`;
      throw error;
    }
  }
}
