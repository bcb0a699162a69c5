// I14, honest health: how soon readiness tells of a lost dependency and of its return, and that liveness never does.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { shopServices, type ShopService } from '../../tools/demo/checkout-shape.js';
import { eventually } from '../support/eventually.js';
import { ask } from '../support/http.js';
import type { Arena } from './arena.js';

export const NOT_READY_WITHIN_MS = 5_000;
export const READY_AGAIN_WITHIN_MS = 10_000;
const EVERY_MS = 100;
/** A probe that waits longer is a failed one. */
const PROBE_MS = 2_000;

export async function expectReady(
  arena: Arena,
  expected: 200 | 503,
  withinMs: number,
  of: readonly ShopService[] = shopServices,
): Promise<void> {
  const turned = async (service: ShopService) => {
    const { status } = await ask({ method: 'GET', url: `${arena.system.running(service).url}/health/ready` });
    expect([service, status]).toEqual([service, expected]);
  };
  await Promise.all(of.map((service) => eventually(() => turned(service), { timeoutMs: withinMs })));
}

/** Asks all services all the time; `end` says how often one did not answer that it is alive, and with what. */
export function watchLiveness(arena: Pick<Arena, 'system'>): { end(): Promise<string[]> } {
  const failures: string[] = [];
  const ending = new AbortController();
  const watch = async (service: ShopService) => {
    const url = `${arena.system.running(service).url}/health/live`;
    for (; !ending.signal.aborted; await sleep(EVERY_MS)) {
      const said = await fetch(url, { signal: AbortSignal.timeout(PROBE_MS) }).then(
        ({ status }) => status,
        (error: unknown) => String(error),
      );
      if (said !== 200) failures.push(`${service}: ${said}`);
    }
  };
  const watching = Promise.all(shopServices.map(watch));
  return {
    async end() {
      ending.abort();
      await watching;
      return failures;
    },
  };
}
