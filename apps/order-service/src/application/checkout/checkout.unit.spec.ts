// The order context in memory, as Nest builds it: from a command over the checkout to what other contexts hear. What a database does is tested elsewhere.
import { Logger, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  OrderCancelledV1,
  OrderConfirmedV1,
  orderEvents,
  OrderPlacedV1,
  PaymentCapturedV1,
  paymentEvents,
} from '@app/contracts';
import { CommandBus, EventStoreModule } from '@app/event-store';
import { EventStoreTesting, minutes } from '@app/event-store/testing';
import { OrderCancelled, OrderConfirmed, OrderPlaced } from '../../domain/order.events.js';
import { Order } from '../../domain/order.js';
import { OrderPublisher } from '../../infrastructure/order.publisher.js';
import { CancelOrderHandler } from '../cancel-order/cancel-order.handler.js';
import { ConfirmOrderHandler } from '../confirm-order/confirm-order.handler.js';
import { PlaceOrder } from '../place-order/place-order.command.js';
import { PlaceOrderHandler } from '../place-order/place-order.handler.js';
import { PRICE_LIST } from '../ports/price-list.js';
import { CheckoutConfig } from './checkout.config.js';
import { Checkout } from './checkout.process.js';

const orderId = '0198c0de-0000-7000-8000-000000000001';
const paymentId = '0198c0de-0000-7000-8000-000000000002';
const price = { amountMinor: 890, currency: 'EUR' };
const placed = new OrderPlaced('alice', [{ sku: 'mug', name: 'Mug', quantity: 1, unitPrice: price }], price);
const prices = { find: () => Promise.resolve(new Map([['mug', { name: 'Mug', unitPrice: price }]])) };

@Module({
  imports: [
    EventStoreModule.forFeature({
      aggregates: [Order],
      processes: [Checkout],
      providers: [{ provide: CheckoutConfig, useValue: new CheckoutConfig(minutes(15)) }],
      publishers: [OrderPublisher],
      consumes: [paymentEvents],
    }),
  ],
  providers: [CancelOrderHandler, ConfirmOrderHandler, PlaceOrderHandler, { provide: PRICE_LIST, useValue: prices }],
})
class OrdersInMemory {}

describe('an order, through its whole context', () => {
  let module: TestingModule;
  let store: EventStoreTesting;

  beforeEach(async () => {
    vi.spyOn(Logger.prototype, 'log').mockReturnValue();
    // #region module
    module = await Test.createTestingModule({ imports: [EventStoreModule.forTesting(), OrdersInMemory] }).compile();
    await module.init();
    store = EventStoreTesting.of(module);
    // #endregion module
    const place = new PlaceOrder(orderId, 'alice', [{ sku: 'mug', quantity: 1 }], 'EUR');
    await module.get(CommandBus).execute(place);
    await store.settle();
  });
  afterEach(async () => {
    await module.close();
    vi.restoreAllMocks();
  });

  it('is confirmed once it is paid, and everybody hears of it', async () => {
    const captured = new PaymentCapturedV1(orderId, paymentId, price);
    await store.receive(paymentEvents, captured, { key: orderId });
    expect(await store.history(`order-${orderId}`)).toEqual([placed, new OrderConfirmed(paymentId)]);
    expect(await store.published(orderEvents)).toEqual([
      new OrderPlacedV1(orderId, price),
      new OrderConfirmedV1(orderId, paymentId),
    ]);
  });

  it('is cancelled when nobody pays in time', async () => {
    await store.pass(minutes(14));
    expect(await store.history(`order-${orderId}`)).toEqual([placed]);
    // #region pass
    await store.pass(minutes(1));
    const reason = 'payment timed out';
    expect(await store.history(`order-${orderId}`)).toEqual([placed, new OrderCancelled(reason, 'system')]);
    // #endregion pass
    expect(await store.published(orderEvents)).toContainEqual(new OrderCancelledV1(orderId, reason));
  });
});
