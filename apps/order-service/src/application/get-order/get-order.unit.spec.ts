// A reader never waits for the read model: what it does not have yet comes from the events.
import { beforeEach, describe, expect, it } from 'vitest';
import type { AggregateStore } from '@app/event-store/core';
import { createMemoryStore } from '@app/event-store/memory';
import { Order } from '../../domain/order.js';
import type { OrderView } from '../order.view.js';
import { GetOrderHandler } from './get-order.handler.js';
import { GetOrder } from './get-order.query.js';

const orderId = '0198c0de-0000-7000-8000-000000000001';
const alice = { id: 'alice', operator: false };
const mug = { sku: 'mug', name: 'Mug', quantity: 1, unitPrice: { amountMinor: 890, currency: 'EUR' } };

let orders: AggregateStore<Order>;
let row: OrderView | undefined;

const get = (actor = alice, asOf?: number | Date) => {
  const summaries = { find: () => Promise.resolve(row), list: () => Promise.resolve([]) };
  return new GetOrderHandler(orders, summaries).execute(new GetOrder(orderId, actor, asOf));
};

beforeEach(async () => {
  row = undefined;
  orders = createMemoryStore().aggregates(Order);
  await orders.create(orderId, (order) => order.place('alice', [mug], 'hi'));
  await orders.update(orderId, (order) => order.cancel('no', 'customer'));
});

describe('getting an order', () => {
  it('rebuilds it while the read model has not reached it', async () => {
    const [first, last] = await orders.history(orderId);
    expect(await get()).toEqual({
      orderId,
      customerId: 'alice',
      status: 'cancelled',
      version: 2,
      lines: [mug],
      total: mug.unitPrice,
      note: 'hi',
      cancelReason: 'no',
      placedAt: first!.occurredAt,
      updatedAt: last!.occurredAt,
    });
  });

  it('reads the read model where there is a row, and never for the past', async () => {
    row = { ...(await get()), version: 7 };
    expect((await get()).version).toBe(7);
    expect((await get(alice, 1)).status).toBe('placed');
  });

  it('rebuilds it while the row is behind what was answered', async () => {
    const view = await get();
    row = { ...view, status: 'placed', version: 1 };
    expect(await get()).toEqual(view);
  });

  it('asks who owns it, wherever it comes from', async () => {
    const mallory = { id: 'mallory', operator: false };
    await expect(get(mallory)).rejects.toMatchObject({ kind: 'not-found' });
    await expect(get(mallory, 1)).rejects.toMatchObject({ kind: 'not-found' });
    row = await get();
    await expect(get(mallory)).rejects.toMatchObject({ kind: 'not-found' });
    expect((await get({ id: 'mallory', operator: true })).orderId).toBe(orderId);
  });
});
