// Machines whose clocks are wrong. That timers fire by the database's clock even so is shown where they pass while everybody is down: service.faults.ts.
import { expect, it } from 'vitest';
import { issueDevToken } from '../../libs/platform/src/auth/dev-issuer.js';
import { ask } from '../support/http.js';
import type { Arena, UnderFire } from './arena.js';
import { HOUR_MS, skewed, type Skew } from './clocks.js';
import type { ShopService } from '../../tools/demo/checkout-shape.js';

const TOKENS_LAST_MS = HOUR_MS / 2;

export function clockFaults(fire: UnderFire): void {
  it('clocks an hour ahead, an hour behind and ten times as fast: orders flow, none times out, and only tokens are too old or not [39]', async () => {
    const { arena } = fire;
    const restart = async (service: ShopService, skew: Skew = {}): Promise<void> => {
      await arena.system.running(service).stop();
      await arena.system.restart(service, skewed(skew));
    };
    await arena.survives(async () => {
      await arena.midFlow('order-service');
      await Promise.all([restart('order-service', { offsetMs: HOUR_MS }), restart('payment-service', { rate: 10 })]);
      expect(await answerToShortToken(arena)).toBe(401);
      await arena.midFlow('payment-service');
      await arena.midFlow('order-service');
      await restart('order-service', { offsetMs: -HOUR_MS, rate: 10 });
      expect(await answerToShortToken(arena)).toBe(200);
      await arena.midFlow('order-service');
    });
    await Promise.all([restart('order-service'), restart('payment-service')]);
  });
}

/** Of a token that is good for half an hour: by its answer a service says what time it takes it to be. */
async function answerToShortToken(arena: Arena): Promise<number> {
  const token = await issueDevToken({ user: 'alice', roles: ['customer'], ttlSeconds: TOKENS_LAST_MS / 1000 });
  const headers = { authorization: `Bearer ${token}` };
  const { status } = await ask({ method: 'GET', url: `${arena.system.running('order-service').url}/orders`, headers });
  return status;
}
