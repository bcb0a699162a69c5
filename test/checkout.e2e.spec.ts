// Both services and the bus between them: an order is placed, paid and confirmed, or ends without our keeping any money.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrations as orderMigrations } from '../apps/order-service/src/infrastructure/migrations/index.js';
import { OrderModule } from '../apps/order-service/src/order.module.js';
import { PaymentConfig } from '../apps/payment-service/src/infrastructure/gateway/payment.config.js';
import { migrations as paymentMigrations } from '../apps/payment-service/src/infrastructure/migrations/index.js';
import { PaymentModule } from '../apps/payment-service/src/payment.module.js';
import { eventually } from './support/eventually.js';
import { createTestDatabase, type TestDatabase } from './support/postgres.js';
import { startService, type ServiceUnderTest } from './support/service.js';

let bus: TestDatabase;
let orders: ServiceUnderTest;
let payments: ServiceUnderTest;

beforeAll(async () => {
  bus = await createTestDatabase();
  orders = await startService(OrderModule, { name: 'order-service', migrations: orderMigrations, busUrl: bus.url });
  const configs = [Object.assign(new PaymentConfig(), { GATEWAY_FAULTS: 'timeout-after-success:1' })];
  payments = await startService(PaymentModule, {
    name: 'payment-service',
    migrations: paymentMigrations,
    configs,
    busUrl: bus.url,
  });
});
afterAll(async () => {
  await Promise.all([orders?.close(), payments?.close()]);
  await bus?.drop();
});

async function place(sku: string): Promise<string> {
  const { status, body } = await orders.send({
    method: 'POST',
    path: '/orders',
    body: { lines: [{ sku, quantity: 1 }] },
  });
  expect(status).toBe(201);
  return String(body['orderId']);
}

const cancel = (orderId: string) =>
  orders.send({ method: 'POST', path: `/orders/${orderId}/cancel`, body: { reason: 'Changed my mind.' } });

async function expectToSettle(orderId: string, order: object, payment: object): Promise<void> {
  const settled = async () => {
    expect((await orders.send({ path: `/orders/${orderId}` })).body).toMatchObject(order);
    expect((await payments.send({ path: `/payments/${orderId}`, role: 'operator' })).body).toMatchObject(payment);
  };
  await eventually(settled, { timeoutMs: 30_000 });
}

describe('the checkout', () => {
  it('confirms an order that is paid, and one request can be followed through both services', async () => {
    const orderId = await place('mug');
    await expectToSettle(
      orderId,
      { status: 'confirmed', paymentId: orderId },
      { status: 'captured', captured: { amountMinor: 890, currency: 'EUR' } },
    );
    const history = (await orders.send({ path: `/orders/${orderId}/history` })).body as unknown as Record<
      string,
      unknown
    >[];
    expect(history.map(({ type }) => type)).toEqual(['order.placed', 'order.confirmed']);
    expect(history[1]!['correlationId']).toBe(history[0]!['correlationId']);
    expect(history[1]!['actor']).toMatch(/^saga:checkout-confirm-paid/);
    const [captured] = await payments.database.query<{ correlation: string }[]>(
      `SELECT metadata->>'correlationId' AS correlation FROM event_store.events WHERE stream = $1 AND type = 'payment.captured'`,
      [`payment-${orderId}`],
    );
    expect(captured?.correlation).toBe(history[0]!['correlationId']);
  });

  it('cancels an order whose payment is declined, and says why', async () => {
    const orderId = await place('unlucky-charm');
    expect((await orders.send({ path: `/orders/${orderId}` })).body['total']).toEqual({
      amountMinor: 1313,
      currency: 'EUR',
    });
    await expectToSettle(
      orderId,
      { status: 'cancelled', cancelReason: 'the payment was declined' },
      { status: 'failed' },
    );
  });

  it('gives the money of a confirmed order back when it is cancelled', async () => {
    const orderId = await place('coffee-beans');
    await expectToSettle(orderId, { status: 'confirmed' }, { status: 'captured' });
    expect((await cancel(orderId)).status).toBe(200);
    await expectToSettle(
      orderId,
      { status: 'cancelled' },
      { status: 'refunded', refunded: { amountMinor: 1250, currency: 'EUR' } },
    );
  });

  it('keeps no money of orders that are cancelled while they are being paid', async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, () => place('espresso-machine')));
    await Promise.all(ids.map((orderId) => cancel(orderId)));
    for (const orderId of ids) {
      await expectToSettle(
        orderId,
        { status: 'cancelled' },
        { status: expect.stringMatching(/^(refunded|failed)$/) as string },
      );
    }
    await eventually(async () => {
      const [held] = await payments.database.query<{ minor: string }[]>(
        `SELECT sum(CASE outcome WHEN 'captured' THEN amount_minor WHEN 'refunded' THEN -amount_minor ELSE 0 END) AS minor
         FROM gateway_ledger WHERE payment_id = ANY($1::uuid[])`,
        [ids],
      );
      expect(Number(held?.minor ?? 0)).toBe(0);
    });
  });
});
