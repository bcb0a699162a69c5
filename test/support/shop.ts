// Both services of the shop inside the test's own process, with the broker between them.
import { expect } from 'vitest';
import type { PostgresRuntimeOptions } from '@app/event-store';
import { migrations as orderMigrations } from '../../apps/order-service/src/infrastructure/migrations/index.js';
import { OrderConfig } from '../../apps/order-service/src/infrastructure/order.config.js';
import { OrderModule } from '../../apps/order-service/src/order.module.js';
import { PaymentConfig } from '../../apps/payment-service/src/infrastructure/gateway/payment.config.js';
import { migrations as paymentMigrations } from '../../apps/payment-service/src/infrastructure/migrations/index.js';
import { PaymentModule } from '../../apps/payment-service/src/payment.module.js';
import { eventually } from './eventually.js';
import { startService, type ServiceUnderTest, type TestAnswer } from './service.js';

export interface Shop {
  readonly orders: ServiceUnderTest;
  readonly payments: ServiceUnderTest;
  /** One of the product, by alice; the order's id. */
  place(sku: string): Promise<string>;
  cancel(orderId: string): Promise<TestAnswer>;
  order(orderId: string): Promise<TestAnswer>;
  payment(orderId: string): Promise<TestAnswer>;
  /** Waits until both answers hold what is expected. */
  expectToSettle(orderId: string, order: object, payment: object): Promise<void>;
  close(): Promise<void>;
}

export interface ShopOptions {
  readonly broker: NonNullable<PostgresRuntimeOptions['broker']>;
  readonly gateway?: Partial<PaymentConfig>;
  readonly orphanWaitMs?: number;
}

export async function openShop({ broker, gateway, orphanWaitMs }: ShopOptions): Promise<Shop> {
  const orders = await startService(OrderModule, {
    name: 'order-service',
    migrations: orderMigrations,
    configs: [new OrderConfig()],
    broker,
    orphanWaitMs,
  });
  const payments = await startService(PaymentModule, {
    name: 'payment-service',
    migrations: paymentMigrations,
    configs: [Object.assign(new PaymentConfig(), gateway)],
    broker,
  });
  const shop: Shop = {
    orders,
    payments,
    async place(sku) {
      const body = { lines: [{ sku, quantity: 1 }] };
      const answer = await orders.send({ method: 'POST', path: '/orders', body });
      expect(answer.status).toBe(201);
      return String(answer.body['orderId']);
    },
    cancel: (orderId) =>
      orders.send({ method: 'POST', path: `/orders/${orderId}/cancel`, body: { reason: 'Changed my mind.' } }),
    order: (orderId) => orders.send({ path: `/orders/${orderId}` }),
    payment: (orderId) => payments.send({ path: `/payments/${orderId}`, role: 'operator' }),
    expectToSettle: (orderId, order, payment) =>
      eventually(
        async () => {
          expect((await shop.order(orderId)).body).toMatchObject(order);
          expect((await shop.payment(orderId)).body).toMatchObject(payment);
        },
        { timeoutMs: 30_000 },
      ),
    async close() {
      await Promise.all([orders.close(), payments.close()]);
    },
  };
  return shop;
}
