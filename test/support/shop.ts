// Both services of the shop inside the test's own process, with the broker between them.
import { expect } from 'vitest';
import {
  dataOf,
  orderServiceClient,
  paymentServiceClient,
  type Client,
  type OrderService,
  type PaymentService,
} from '@app/clients';
import type { PostgresRuntimeOptions } from '@app/event-store';
import { migrations as orderMigrations } from '../../apps/order-service/src/infrastructure/migrations/index.js';
import { OrderConfig } from '../../apps/order-service/src/infrastructure/order.config.js';
import { OrderModule } from '../../apps/order-service/src/order.module.js';
import { PaymentConfig } from '../../apps/payment-service/src/infrastructure/gateway/payment.config.js';
import { migrations as paymentMigrations } from '../../apps/payment-service/src/infrastructure/migrations/index.js';
import { PaymentModule } from '../../apps/payment-service/src/payment.module.js';
import { eventually } from './eventually.js';
import { startService, type ServiceUnderTest } from './service.js';

export interface Shop {
  readonly orders: ServiceUnderTest;
  readonly payments: ServiceUnderTest;
  /** As alice. */
  readonly customer: Client<OrderService.Api>;
  /** One of the product, by alice; the order's id. */
  place(sku: string): Promise<string>;
  cancel(orderId: string): Promise<OrderService.OrderChangedDto>;
  order(orderId: string): Promise<OrderService.OrderDto>;
  /** As an operator. */
  payment(orderId: string): Promise<PaymentService.PaymentDto>;
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
  const customer = orderServiceClient(orders.as('alice'));
  const operator = paymentServiceClient(payments.as('alice', 'operator'));
  const shop: Shop = {
    orders,
    payments,
    customer,
    async place(sku) {
      return dataOf(await customer.POST('/orders', { body: { lines: [{ sku, quantity: 1 }] } })).orderId;
    },
    async cancel(id) {
      const body = { reason: 'Changed my mind.' };
      return dataOf(await customer.POST('/orders/{id}/cancel', { path: { id }, body }));
    },
    async order(id) {
      return dataOf(await customer.GET('/orders/{id}', { path: { id } }));
    },
    async payment(id) {
      return dataOf(await operator.GET('/payments/{id}', { path: { id } }));
    },
    expectToSettle: (orderId, order, payment) =>
      eventually(
        async () => {
          expect(await shop.order(orderId)).toMatchObject(order);
          expect(await shop.payment(orderId)).toMatchObject(payment);
        },
        { timeoutMs: 30_000 },
      ),
    async close() {
      await Promise.all([orders.close(), payments.close()]);
    },
  };
  return shop;
}
