// A reader never waits for the read model: what it does not have yet comes from the events, and is the same as it will have.
import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryStore } from '@app/event-store/memory';
import type { AggregateStore } from '@app/event-store';
import { Payment } from '../../domain/payment.js';
import type { PaymentView } from '../payment.view.js';
import { GetPaymentHandler } from './get-payment.handler.js';
import { GetPayment } from './get-payment.query.js';

const paymentId = '0198c0de-0000-7000-8000-000000000001';
const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' });

let payments: AggregateStore<Payment>;
let row: PaymentView | undefined;

const get = () =>
  new GetPaymentHandler(payments, { find: () => Promise.resolve(row) }).execute(new GetPayment(paymentId));

beforeEach(() => {
  row = undefined;
  payments = createMemoryStore().aggregates(Payment);
});

describe('getting a payment', () => {
  it('that does not exist finds none', async () => expect(await get()).toBeUndefined());

  it('rebuilds it while the read model has not reached it, or is behind', async () => {
    await payments.create(paymentId, (payment) => {
      payment.request(eur(1000));
      payment.settleCaptured('gw-1');
    });
    await payments.update(paymentId, (payment) => payment.refund('r', 300, 'broken'));
    const view = await get();
    expect(view).toEqual({
      paymentId,
      orderId: paymentId,
      status: 'captured',
      version: 3,
      amount: eur(1000),
      captured: eur(1000),
      refunded: eur(300),
      gatewayRef: 'gw-1',
      updatedAt: expect.any(Date) as Date,
    });
    row = { ...view!, version: 2, refunded: eur(0) };
    expect(await get()).toEqual(view);
    row = { ...view!, version: 3, gatewayRef: 'of the row' };
    expect((await get())?.gatewayRef).toBe('of the row');
  });

  it('that failed, or was never requested, says so', async () => {
    await payments.create(paymentId, (payment) => payment.cancel('changed my mind'));
    expect(await get()).toMatchObject({ status: 'cancelled', cancelReason: 'changed my mind' });
    expect(await get()).not.toHaveProperty('amount');
    await payments.update(paymentId, (payment) => payment.request(eur(1000)));
    expect(await get()).toMatchObject({ status: 'failed', failureReason: 'the order was cancelled', captured: eur(0) });
  });
});
