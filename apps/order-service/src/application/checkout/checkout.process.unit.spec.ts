// The checkout in sentences: every way it can end, and what it does not fall for.
import { describe, it } from 'vitest';
import { PaymentCapturedV1, PaymentFailedV1 } from '@app/contracts';
import { givenProcess, minutes } from '@app/event-store/testing';
import { PaidAmountDiffers } from '../../domain/order.errors.js';
import { OrderCancelled, OrderConfirmed, OrderPlaced } from '../../domain/order.events.js';
import { CancelOrder } from '../cancel-order/cancel-order.command.js';
import { ConfirmOrder } from '../confirm-order/confirm-order.command.js';
import { CheckoutConfig } from './checkout.config.js';
import { Checkout } from './checkout.process.js';

const orderId = '0198c0de-0000-7000-8000-000000000001';
const paymentId = '0198c0de-0000-7000-8000-000000000002';
const total = { amountMinor: 890, currency: 'EUR' };
const mug = { sku: 'mug', name: 'Mug', quantity: 1, unitPrice: total };

const placed = new OrderPlaced('alice', [mug], total);
const captured = new PaymentCapturedV1(orderId, paymentId, total);
const confirmed = new OrderConfirmed(paymentId);
const cancelled = new OrderCancelled('changed my mind', 'customer');
// #region checkout
const checkout = (...events: object[]) =>
  givenProcess(new Checkout(new CheckoutConfig(minutes(15))), ...events).of(orderId);
// #endregion checkout

describe('the checkout of an order', () => {
  it('waits, once it is placed', () => checkout(placed).thenSendsNothing().thenGoesOn().thenState({ total }));

  it('confirms it when it is paid, and ends with the order’s own word', async () => {
    await checkout(placed)
      .when(captured)
      .thenSends(new ConfirmOrder(orderId, paymentId, total))
      .thenGoesOn();
    await checkout(placed, captured).when(confirmed).thenSendsNothing().thenCompletes();
  });

  it('cancels it when the payment fails, with the reason', () =>
    checkout(placed)
      .when(new PaymentFailedV1(orderId, paymentId, 'card declined'))
      .thenSends(new CancelOrder(orderId, 'card declined', 'checkout'))
      .thenGoesOn());

  it('cancels it when nobody pays in time, and not before', async () => {
    await checkout(placed)
      .whenTimePasses(minutes(15) - 1)
      .thenSendsNothing()
      .thenGoesOn();
    // #region too-late
    await checkout(placed)
      .whenTimePasses(minutes(15))
      .thenSends(new CancelOrder(orderId, 'payment timed out', 'checkout'))
      .thenGoesOn();
    // #endregion too-late
  });

  it('has nothing left to do when it is cancelled, by whomever', () =>
    checkout(placed).when(cancelled).thenSendsNothing().thenCompletes());

  it('ends once: neither the deadline nor a late payment changes what has been decided', async () => {
    await checkout(placed, captured).whenTimePasses(minutes(15)).thenSendsNothing();
    await checkout(placed, confirmed).whenTimePasses(minutes(15)).thenSendsNothing().thenCompletes();
    await checkout(placed, cancelled).when(captured).thenSendsNothing().thenCompletes();
    await checkout(placed)
      .whenTimePasses(minutes(15))
      .when(captured)
      .thenSends(new CancelOrder(orderId, 'payment timed out', 'checkout'));
  });

  it.each([
    ['less', { amountMinor: 889, currency: 'EUR' }],
    ['another currency', { amountMinor: 890, currency: 'USD' }],
  ])('raises the alarm when %s was paid, and decides nothing until somebody has looked', (_what, paid) =>
    checkout(placed)
      .when(new PaymentCapturedV1(orderId, paymentId, paid))
      .whenTimePasses(minutes(15))
      .thenParks(PaidAmountDiffers)
      .thenSendsNothing()
      .thenGoesOn(),
  );

  it('takes a payment that comes before the order, because two topics have no order between them', () =>
    checkout(captured)
      .when(placed)
      .whenTimePasses(minutes(1))
      .thenSends(new ConfirmOrder(orderId, paymentId, total)));
});
