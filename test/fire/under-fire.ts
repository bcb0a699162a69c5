// The tests of faults on one broker: one system for all of them, each fault after the other. A test that fails gives its system up, so
// that the next one begins on a sound one.
import { afterAll, afterEach, beforeEach, describe } from 'vitest';
import { shopServices, type ShopService } from '../../tools/demo/checkout-shape.js';
import type { Arena, UnderFire } from './arena.js';
import { brokerFaults } from './broker.faults.js';
import { clockFaults } from './clock.faults.js';
import { databaseFaults } from './database.faults.js';
import { DEAD_LETTERS } from './dead-letters.js';
import { failpointFaults } from './failpoint.faults.js';
import { messageFaults } from './message.faults.js';
import { serviceFaults } from './service.faults.js';

/** What every test may take, the slowest of all included, in milliseconds. */
const TEST_WITHIN_MS = 180_000;

/** A gateway that is slow enough for faults to hit payments in the middle. Read again at every start of a service. */
export function usualEnvironment(): Record<string, string> {
  return { GATEWAY_DELAY_MS: '150', GATEWAY_STALL_MS: '3000', DEAD_LETTER_TOPIC: DEAD_LETTERS };
}

/** For services that hear while they run where to end or fail. */
export const FAILPOINTS_BY_MESSAGES = { NODE_ENV: 'test', FAILPOINTS: 'messages' } as const;

export function describeUnderFire(
  broker: 'postgres' | 'kafka',
  open: () => Promise<Arena>,
  { skip = false }: { readonly skip?: boolean } = {},
): void {
  describe.skipIf(skip)(`under fire, on ${broker}`, { timeout: TEST_WITHIN_MS }, () => {
    let current: Arena | undefined;
    const fire: UnderFire = {
      get arena() {
        return current!;
      },
    };
    const giveUp = async (): Promise<void> => {
      const arena = current;
      current = undefined;
      await arena?.close();
    };
    beforeEach(async () => {
      current ??= await open();
      await current.expectHealthy();
    }, TEST_WITHIN_MS);
    afterEach(async ({ task }) => {
      if (task.result?.state !== 'fail') return;
      for (const { message } of task.result.errors ?? []) process.stderr.write(`\n${task.name}\n${message}\n`);
      for (const service of shopServices) await tell(current, service);
      await giveUp();
    }, TEST_WITHIN_MS);
    afterAll(giveUp, TEST_WITHIN_MS);

    serviceFaults(fire, broker);
    databaseFaults(fire);
    if (broker === 'postgres') clockFaults(fire); // no part of it knows the broker
    brokerFaults(fire, broker);
    messageFaults(fire);
    failpointFaults(fire, broker);
  });
}

/** The last warnings and errors of a service, for whoever has to find out why. */
async function tell(arena: Arena | undefined, service: ShopService): Promise<void> {
  const lines = ((await arena?.readLog(service)) ?? '')
    .split('\n')
    .filter((line) => /"level":"(warn|error|fatal)"/.test(line));
  process.stderr.write(
    `\n${service} said last:\n${lines
      .slice(-5)
      .map((line) => line.slice(0, 600))
      .join('\n')}\n`,
  );
}
