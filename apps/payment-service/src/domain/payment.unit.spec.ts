// The payment in sentences: every transition, every refusal, and the money that must add up whatever is asked.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deterministicId, DomainError } from '@app/event-store/core';
import { given } from '@app/event-store/testing';
import { PaymentNotRefundable, RefundAmountInvalid, RefundTooLarge, RequestedAmountDiffers } from './payment.errors.js';
import { Payment } from './payment.js';
import {
  PaymentCancelled,
  PaymentCaptured,
  PaymentFailed,
  PaymentRefunded,
  PaymentRequested,
} from './payment.events.js';

const id = '0198c0de-0000-7000-8000-000000000001';
const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' });
const requested = new PaymentRequested(eur(1000));
const captured = new PaymentCaptured(eur(1000), 'gw-1');
const failed = new PaymentFailed('declined');
const cancelled = new PaymentCancelled('changed my mind');
const refunded = (amountMinor: number) => new PaymentRefunded(id, 'r', eur(amountMinor), 'broken', 'operator');
const givenBack = (amountMinor: number, reason = 'changed my mind') =>
  new PaymentRefunded(id, deterministicId('refund', id), eur(amountMinor), reason, 'system');

const payment = (...past: object[]) => given(Payment, ...past).of(id);

describe('a payment', () => {
  const request = (one: Payment) => one.request(eur(1000));

  it('is requested once, however often the order asks for the same sum', async () => {
    await payment().when(request).then(requested);
    await payment(requested).when(request).thenNothing();
    await payment(requested, captured).when(request).thenNothing();
  });

  it.each([eur(999), { amountMinor: 1000, currency: 'USD' }])(
    'raises the alarm and changes nothing when another sum is asked for: %j',
    (other) =>
      payment(requested)
        .when((one) => one.request(other))
        .thenThrows(RequestedAmountDiffers),
  );

  it('is captured or fails, and keeps its first outcome', async () => {
    const capture = (one: Payment) => one.settleCaptured('gw-1');
    const decline = (one: Payment) => one.settleDeclined('declined');
    await payment(requested).when(capture).then(captured);
    await payment(requested).when(decline).then(failed);
    await payment(requested, captured).when(decline).thenNothing();
    await payment(requested, captured).when(capture).thenNothing();
    await payment(requested, failed).when(capture).thenNothing();
  });
});

describe('a payment of a cancelled order', () => {
  const cancel =
    (reason = 'changed my mind') =>
    (one: Payment) =>
      one.cancel(reason);

  it('remembers a cancellation that comes first, and then fails without asking the gateway', async () => {
    await payment().when(cancel()).then(cancelled);
    await payment(cancelled)
      .when((one) => one.request(eur(1000)))
      .then(requested, new PaymentFailed('the order was cancelled'))
      .thenState({ status: 'failed' });
  });

  it('is captured and given back in one decision when the cancellation came while the gateway was asked', async () => {
    await payment(requested).when(cancel()).then(cancelled).thenState({ status: 'requested' });
    await payment(requested, cancelled)
      .when((one) => one.settleCaptured('gw-1'))
      .then(captured, givenBack(1000));
    await payment(requested, cancelled)
      .when((one) => one.settleDeclined('declined'))
      .then(failed);
  });

  it('gives back what is left when it was captured before', async () => {
    await payment(requested, captured).when(cancel('late')).then(givenBack(1000, 'late'));
    await payment(requested, captured, refunded(300)).when(cancel('late')).then(givenBack(700, 'late'));
  });

  it.each([
    ['failed', [requested, failed]],
    ['refunded', [requested, captured, refunded(1000)]],
    ['cancelled', [cancelled]],
    ['cancelled while it was requested', [requested, cancelled]],
  ])('stays as it is when it is %s', (_status, past) =>
    payment(...past)
      .when(cancel('again'))
      .thenNothing(),
  );
});

describe('a refund by an operator', () => {
  const back = (minor?: number) => (one: Payment) => one.refund('r', minor, 'broken');

  it('gives back a part, or the whole remainder when no amount is named', async () => {
    await payment(requested, captured).when(back(300)).then(refunded(300)).thenState({ status: 'captured' });
    await payment(requested, captured, refunded(300))
      .when(back())
      .then(refunded(700))
      .thenState({ status: 'refunded' });
  });

  it('never gives back more than is left', async () => {
    await payment(requested, captured).when(back(1001)).thenRejected(RefundTooLarge);
    await payment(requested, captured, refunded(300)).when(back(701)).thenRejected(RefundTooLarge);
    await payment(requested, captured, refunded(300)).when(back(700)).then(refunded(700));
  });

  it.each([0, -1, 1.5, 2 ** 53, Number.NaN])('is refused over %s minor units', (minor) =>
    payment(requested, captured).when(back(minor)).thenRejected(RefundAmountInvalid),
  );

  it.each([
    ['requested', [requested]],
    ['failed', [requested, failed]],
    ['cancelled', [cancelled]],
    ['refunded in whole', [requested, captured, refunded(1000)]],
  ])('is refused for a payment that is %s', (_status, past) =>
    payment(...past)
      .when(back())
      .thenRejected(PaymentNotRefundable),
  );
});

it('has at most one outcome and never refunds more than it captured, whatever is asked of it in whatever order', async () => {
  const cancel = (one: Payment) => one.cancel('no');
  const asks = fc.oneof(
    fc.constant((one: Payment) => one.request(eur(1000))),
    fc.constant((one: Payment) => one.settleCaptured('gw-1')),
    fc.constant((one: Payment) => one.settleDeclined('declined')),
    fc.constant(cancel),
    fc
      .option(fc.integer({ min: 1, max: 1200 }), { nil: undefined })
      .map((minor) => (one: Payment) => one.refund('r', minor, 'broken')),
  );
  const count = (events: readonly object[], type: abstract new (...args: never[]) => object) =>
    events.filter((event) => event instanceof type).length;
  await fc.assert(
    fc.asyncProperty(fc.array(asks, { maxLength: 15 }), async (sequence) => {
      const one = new Payment(id);
      let cancelledOnce = false;
      for (const ask of sequence) {
        orRefused(() => ask(one));
        cancelledOnce ||= ask === cancel;
      }
      const events = one.changes;
      const isCaptured = count(events, PaymentCaptured);
      expect(isCaptured + count(events, PaymentFailed)).toBeLessThanOrEqual(1);
      expect(one.state.refundedMinor).toBeLessThanOrEqual(isCaptured * 1000);
      // Money that was taken for an order cancelled at any time is all given back.
      expect(one.state.refundedMinor).toBeGreaterThanOrEqual(cancelledOnce ? isCaptured * 1000 : 0);
      await payment(...events).thenState(one.state);
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
