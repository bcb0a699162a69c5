// The order service through its typed client, as another program calls it.
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { dataOf, orderServiceClient, type Client, type OrderService, type Problem } from '@app/clients';
import { startService, type ServiceUnderTest } from '../../../test/support/service.js';
import { migrations } from './infrastructure/migrations/index.js';
import { OrderConfig } from './infrastructure/order.config.js';
import { OrderModule } from './order.module.js';

let service: ServiceUnderTest;
let orders: Client<OrderService.Api>;

beforeAll(async () => {
  service = await startService(OrderModule, { name: 'order-service', migrations, configs: [new OrderConfig()] });
  orders = orderServiceClient(service.as('alice'));
});
afterAll(() => service.close());

const mugs: OrderService.PlaceOrderDto = { lines: [{ sku: 'mug', quantity: 2 }] };

describe('the client of the order service', () => {
  it('places an order, once for each key, and reads it', async () => {
    // #region place
    const headers = { 'Idempotency-Key': 'basket-4711' };
    const { data, error } = await orders.POST('/orders', { body: mugs, headers });
    if (error) throw new Error(`${error.code}: ${error.detail}`);
    const order = dataOf(await orders.GET('/orders/{id}', { path: { id: data.orderId } }));
    // #endregion place
    expect(order).toMatchObject({ orderId: data.orderId, status: 'placed', total: { amountMinor: 1780 } });
    const again = await orders.POST('/orders', { body: mugs, headers });
    expect([again.status, again.data, again.headers.get('Idempotency-Replayed')]).toEqual([201, data, 'true']);
  });

  it('changes it on the version that was seen, and says who was faster', async () => {
    const placed = await orders.POST('/orders', { body: mugs });
    const id = dataOf(placed).orderId;
    const etag = placed.headers.get('ETag') ?? '';
    expect(etag).toBe('"1"');
    // #region if-match
    const cancel = (reason: string) =>
      orders.POST('/orders/{id}/cancel', { path: { id }, body: { reason }, headers: { 'If-Match': etag } });
    expect((await cancel('Ordered twice.')).status).toBe(200);
    const stale = await cancel('Too late.');
    if (stale.status !== 412) throw new Error(`Expected 412, got ${stale.status}.`);
    expectTypeOf(stale.error).toEqualTypeOf<Problem<412>>();
    expect(stale.error).toMatchObject({ status: 412, correlationId: stale.headers.get('X-Correlation-Id') });
    // #endregion if-match
    expect(stale.headers.get('ETag')).toBe('"2"');
  });

  it('answers a problem where a rule says no', async () => {
    const { status, error } = await orders.POST('/orders', { body: { lines: [{ sku: 'yacht', quantity: 1 }] } });
    expect([status, error?.code]).toEqual([422, 'product-not-sold']);
    const stranger = await orderServiceClient(service.as('mallory')).GET('/orders/{id}', {
      path: { id: '0198c0de-0000-7000-8000-00000000dead' },
    });
    expect(stranger.status).toBe(404);
  });

  it('finds one’s own orders by status', async () => {
    const query = { status: 'shipped', limit: 1 } as const;
    expect(dataOf(await orders.GET('/orders', { query })).items).toEqual([]);
  });

  it('does not compile where the API is another', () => {
    const path = { id: 'x' };
    // #region wrong
    const wrong = (): unknown[] => [
      // @ts-expect-error the field is called quantity
      orders.POST('/orders', { body: { lines: [{ sku: 'mug', quantiti: 2 }] } }),
      // @ts-expect-error orders are never delivered
      orders.GET('/orders', { query: { status: 'delivered' } }),
      // @ts-expect-error a cancellation needs a reason
      orders.POST('/orders/{id}/cancel', { path, body: {} }),
      // @ts-expect-error nobody deletes an order
      orders.DELETE,
    ];
    // #endregion wrong
    expectTypeOf(wrong).returns.toEqualTypeOf<unknown[]>();
    expectTypeOf<OrderService.OrderDto['status']>().toEqualTypeOf<'placed' | 'confirmed' | 'shipped' | 'cancelled'>();
  });
});
