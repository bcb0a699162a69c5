// What of an order's history is shown to whom.
import { describe, expect, it } from 'vitest';
import { aggregateDefinition, eventDeclaration, MessageContext } from '@app/event-store/core';
import { createMemoryStore } from '@app/event-store/memory';
import { GetOrderHistoryHandler } from '../application/get-order-history/get-order-history.handler.js';
import { GetOrderHistory } from '../application/get-order-history/get-order-history.query.js';
import { Order } from '../domain/order.js';
import { shown, toHistoryEntryDto } from './order-history.dto.js';

const orderId = '0198c0de-0000-7000-8000-000000000001';
const mug = { sku: 'mug', name: 'Mug', quantity: 1, unitPrice: { amountMinor: 890, currency: 'EUR' } };

describe('the history of an order', () => {
  it('names operators to operators only', async () => {
    const orders = createMemoryStore().aggregates(Order);
    const as = (actor: string, work: () => Promise<unknown>) =>
      MessageContext.run(new MessageContext({ correlationId: 'c', actor }), work);
    await as('customer:alice', () => orders.create(orderId, (order) => order.place('alice', [mug])));
    await as('process:checkout', () => orders.update(orderId, (order) => order.confirm(orderId, mug.unitPrice)));
    await as('operator:otto', () => orders.update(orderId, (order) => order.cancel('why', 'operator')));
    const shownTo = async (id: string, operator: boolean) =>
      (await new GetOrderHistoryHandler(orders).execute(new GetOrderHistory(orderId, { id, operator }))).map(
        ({ actor }) => actor,
      );
    expect(await shownTo('alice', false)).toEqual(['customer:alice', 'process:checkout', 'operator']);
    expect(await shownTo('olga', true)).toEqual(['customer:alice', 'process:checkout', 'operator:otto']);
  });

  it('shows of an event what is named, and every event of an order is', () => {
    const entry = { version: 1, type: 'order.shipped', at: new Date(0), correlationId: 'c' };
    const data = { carrier: 'DHL', trackingNumber: '42', warehouse: 'secret' };
    expect(toHistoryEntryDto({ ...entry, data }).data).toEqual({ carrier: 'DHL', trackingNumber: '42' });
    expect(toHistoryEntryDto({ ...entry, type: 'order.unheard-of', data }).data).toEqual({});
    const types = [...aggregateDefinition(Order).appliers.keys()].map((event) => eventDeclaration(event)!.type);
    expect(Object.keys(shown).sort()).toEqual(types.sort());
  });
});
