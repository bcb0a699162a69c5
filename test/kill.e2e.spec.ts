// A service that dies in the middle loses nothing: not what it had acknowledged, not what it had decided, and nothing happens twice.
import { afterEach, expect, it } from 'vitest';
import { verify } from '../tools/demo/verify.js';
import { playOrders } from '../tools/demo/workload.js';
import { eventually } from './support/eventually.js';
import { startWholeSystem, type WholeSystem } from './support/whole-system.js';

const RUN_WITHIN_MS = 240_000;

let running: WholeSystem | undefined;
afterEach(async () => {
  await running?.close();
}, RUN_WITHIN_MS);

/** Resolves in the middle of things: at least `n` streams of the category have begun, and as many have not ended. */
async function midFlow(
  { probe }: WholeSystem,
  service: 'order-service' | 'payment-service',
  open: string,
  ended: string,
  n: number,
): Promise<void> {
  await eventually(
    async () => {
      const [row] = await probe.queries[service](
        `SELECT count(*) FILTER (WHERE type = $1)::text AS begun, count(*) FILTER (WHERE type = $2)::text AS ended FROM event_store.events`,
        [open, ended],
      );
      expect(Number(row!['begun'])).toBeGreaterThanOrEqual(n);
      expect(Number(row!['begun']) - Number(row!['ended'])).toBeGreaterThan(0);
    },
    { timeoutMs: 60_000, everyMs: 5 },
  );
}

it(
  'kill -9 of the payment service while it captures, and of the order service while it places: after the restarts all invariants hold',
  async () => {
    const whole = (running = await startWholeSystem({ GATEWAY_DELAY_MS: '150' }));
    const playing = playOrders(whole.shop, { orders: 24, concurrency: 6, deadlineMs: 120_000 });

    await midFlow(whole, 'payment-service', 'payment.requested', 'payment.captured', 2);
    await whole.system.running['payment-service'].kill9();
    await whole.system.restart('payment-service');

    await midFlow(whole, 'order-service', 'order.placed', 'order.confirmed', 8);
    await whole.system.running['order-service'].kill9();
    await whole.system.restart('order-service');

    const played = await playing;
    const { violations, checkout } = await verify(whole.probe, played, 90_000);
    expect(violations.map(({ sentence }) => sentence)).toEqual([]);
    expect(played.stories).toHaveLength(24);
    expect(checkout.orders.filter(({ type }) => type === 'order.placed').length).toBeGreaterThanOrEqual(24);
    expect(await whole.close()).toEqual({ 'order-service': 0, 'payment-service': 0 });
  },
  RUN_WITHIN_MS,
);
