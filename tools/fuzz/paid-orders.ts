// Orders that are paid: they can be shipped and cancelled, and the payments, which have the same ids, refunded.
import { setTimeout as sleep } from 'node:timers/promises';
import { ShopClient } from '../demo/shop-client.js';
import type { Aim } from './aim.js';

/** A refund of all that is left needs a new one; those of parts do not. */
const ORDERS = 12;
const PATIENCE_MS = 30_000;
const LOOK_MS = 100;

export const paidOrders: Aim = {
  hits: [
    {
      what: 'a refund of a captured payment',
      service: 'payment-service',
      role: 'operator',
      method: 'POST',
      path: /^\/payments\/[^/]+\/refund$/,
    },
  ],
  async ids(system, customer) {
    const shop = new ShopClient({
      orders: () => system.running('order-service').url,
      payments: () => system.running('payment-service').url,
      customerToken: await system.token(customer, 'customer'),
      operatorToken: await system.token('olivia', 'operator'),
      patienceMs: PATIENCE_MS,
    });
    const ids: string[] = [];
    for (let n = 0; n < ORDERS; n += 1) ids.push((await shop.place([{ sku: 'mug', quantity: 20 }])).orderId);
    const deadline = Date.now() + PATIENCE_MS;
    for (const id of ids)
      while ((await shop.order(id)).status !== 'confirmed') {
        if (Date.now() > deadline) throw new Error(`Order ${id} was not paid within ${PATIENCE_MS / 1_000} s.`);
        await sleep(LOOK_MS);
      }
    return ids;
  },
};
