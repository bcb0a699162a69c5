// The order in sentences: every transition, every refusal.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DomainError } from '@app/event-store/core';
import { given } from '@app/event-store/testing';
import { Order } from './order.js';
import {
  OrderAlreadyPlaced,
  OrderLinesInvalid,
  OrderNotCancellable,
  OrderNotConfirmable,
  OrderNotShippable,
  OrderShippedOtherwise,
  OrderTotalTooLarge,
  PaidAmountDiffers,
} from './order.errors.js';
import { OrderCancelled, OrderConfirmed, OrderPlaced, OrderShipped } from './order.events.js';
import type { OrderLine } from './order-line.js';

const id = '0198c0de-0000-7000-8000-000000000001';
const beans: OrderLine = {
  sku: 'coffee-beans',
  name: 'Beans',
  quantity: 2,
  unitPrice: { amountMinor: 1250, currency: 'EUR' },
};
const mug: OrderLine = { sku: 'mug', name: 'Mug', quantity: 1, unitPrice: { amountMinor: 890, currency: 'EUR' } };
const total = { amountMinor: 3390, currency: 'EUR' };

const placed = new OrderPlaced('alice', [beans, mug], total);
const confirmed = new OrderConfirmed('pay-1');
const cancelled = new OrderCancelled('changed my mind', 'customer');
const shipped = new OrderShipped('DHL', '42');

describe('an order that is placed', () => {
  it('remembers customer, lines and note, and what they cost together', () =>
    given(Order)
      .when((order) => order.place('alice', [beans, mug], '<b>ring twice</b>'))
      .then(new OrderPlaced('alice', [beans, mug], total, '<b>ring twice</b>'))
      .thenState({ status: 'placed', customerId: 'alice', lines: [beans, mug], total, note: '<b>ring twice</b>' }));

  it.each([
    ['no lines', []],
    ['101 lines', Array.from({ length: 101 }, (_, n) => ({ ...mug, sku: `sku-${n}` }))],
    ['the same product twice', [beans, { ...beans, quantity: 1 }]],
    ['no pieces', [{ ...mug, quantity: 0 }]],
    ['half a piece', [{ ...mug, quantity: 1.5 }]],
    ['10,001 pieces', [{ ...mug, quantity: 10_001 }]],
  ])('is refused with %s', (_what, lines) =>
    given(Order)
      .when((order) => order.place('alice', lines))
      .thenRejected(OrderLinesInvalid),
  );

  it('is refused when its total is beyond 2^53 - 1 minor units', async () => {
    const house = { ...mug, unitPrice: { amountMinor: Number.MAX_SAFE_INTEGER, currency: 'EUR' } };
    const place =
      (...lines: OrderLine[]) =>
      (order: Order) =>
        order.place('alice', lines);
    await given(Order)
      .when(place(house))
      .then(new OrderPlaced('alice', [house], house.unitPrice));
    await given(Order)
      .when(place({ ...house, quantity: 2 }))
      .thenRejected(OrderTotalTooLarge);
    await given(Order).when(place(house, beans)).thenRejected(OrderTotalTooLarge);
  });

  it('is not placed a second time', () =>
    given(Order, placed)
      .when((order) => order.place('alice', [beans]))
      .thenRejected(OrderAlreadyPlaced));
});

describe('an order that is paid', () => {
  const pay =
    (paymentId: string, paid = total) =>
    (order: Order) =>
      order.confirm(paymentId, paid);

  it('is confirmed', () => given(Order, placed).when(pay('pay-1')).then(new OrderConfirmed('pay-1')));

  it('stays as it is when the same payment confirms it again', async () => {
    await given(Order, placed, confirmed).when(pay('pay-1')).thenNothing();
    await given(Order, placed, confirmed, shipped).when(pay('pay-1')).thenNothing();
  });

  it('refuses another payment, and any payment once it is cancelled', async () => {
    await given(Order, placed, confirmed).when(pay('pay-2')).thenRejected(OrderNotConfirmable);
    await given(Order, placed, cancelled).when(pay('pay-1')).thenRejected(OrderNotConfirmable);
    await given(Order, placed, confirmed, cancelled).when(pay('pay-1')).thenRejected(OrderNotConfirmable);
  });

  it.each([
    ['less', { amountMinor: 3389, currency: 'EUR' }],
    ['another currency', { amountMinor: 3390, currency: 'USD' }],
  ])('raises the alarm and changes nothing when %s was paid', (_what, paid) =>
    given(Order, placed).when(pay('pay-1', paid)).thenRejected(PaidAmountDiffers),
  );
});

describe('an order that is cancelled', () => {
  it.each([
    ['placed', [placed]],
    ['confirmed', [placed, confirmed]],
  ])('may have been %s', (_status, past) =>
    given(Order, ...past)
      .when((order) => order.cancel('changed my mind', 'customer'))
      .then(cancelled),
  );

  // #region first-reason
  it('keeps its first reason when it is cancelled twice', () =>
    given(Order, placed, cancelled)
      .when((order) => order.cancel('payment timed out', 'system'))
      .thenNothing()
      .thenState({ cancelReason: 'changed my mind' }));
  // #endregion first-reason

  it('cannot be one that was shipped', () =>
    given(Order, placed, confirmed, shipped)
      .when((order) => order.cancel('too late', 'customer'))
      .thenRejected(OrderNotCancellable));
});

describe('an order that is shipped', () => {
  const ship =
    (carrier = 'DHL', trackingNumber = '42') =>
    (order: Order) =>
      order.ship(carrier, trackingNumber);

  it('was confirmed before', async () => {
    await given(Order, placed, confirmed).when(ship()).then(shipped);
    await given(Order, placed).when(ship()).thenRejected(OrderNotShippable);
    await given(Order, placed, cancelled).when(ship()).thenRejected(OrderNotShippable);
  });

  it('may be reported twice in the same words, and not in others', async () => {
    const past = [placed, confirmed, shipped];
    await given(Order, ...past)
      .when(ship())
      .thenNothing();
    await given(Order, ...past)
      .when(ship('DHL', '43'))
      .thenRejected(OrderShippedOtherwise);
    await given(Order, ...past)
      .when(ship('UPS', '42'))
      .thenRejected(OrderShippedOtherwise);
  });
});

it('moves only along the legal ways, whatever is asked of it in whatever order', async () => {
  const legal = new Set([
    'none placed',
    'placed confirmed',
    'placed cancelled',
    'confirmed shipped',
    'confirmed cancelled',
  ]);
  const asks: ((order: Order) => void)[] = [
    (order) => order.place('alice', [beans, mug]),
    (order) => order.confirm('pay-1', total),
    (order) => order.confirm('pay-2', total),
    (order) => order.cancel('no', 'customer'),
    (order) => order.ship('DHL', '42'),
  ];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...asks), { maxLength: 12 }), async (sequence) => {
      const order = new Order(id);
      for (const ask of sequence) {
        const before = order.state.status;
        const events = order.changes.length;
        orRefused(() => ask(order));
        const { status } = order.state;
        expect([...legal, `${before} ${before}`]).toContain(`${before} ${status}`);
        expect(order.changes.length - events).toBe(status === before ? 0 : 1);
      }
      await given(Order, ...order.changes).thenState(order.state);
    }),
  );
});

/** Refused by a rule, or accepted: anything else fails the test. */
function orRefused(decision: () => void): void {
  try {
    decision();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
  }
}
