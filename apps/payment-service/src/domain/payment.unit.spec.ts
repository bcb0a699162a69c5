// The payment in sentences: every transition, every refusal, and the money that must add up whatever is asked.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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
  new PaymentRefunded(id, expect.any(String) as string, eur(amountMinor), reason, 'system');

function given(...events: object[]): Payment {
  const payment = new Payment(id);
  events.forEach((event, index) => payment.apply({ aggregateId: id, version: index + 1, event }));
  return payment;
}

function raised(past: object[], decide: (payment: Payment) => void): readonly object[] {
  const payment = given(...past);
  decide(payment);
  return payment.changes;
}

function refusalOf(payment: Payment, decide: (payment: Payment) => void): string {
  try {
    decide(payment);
  } catch (error) {
    return (error as { code?: string }).code ?? (error as Error).name;
  }
  return 'accepted';
}

const refused = (past: object[], decide: (payment: Payment) => void) => refusalOf(given(...past), decide);

describe('a payment', () => {
  it('is requested once, however often the order asks for the same sum', () => {
    expect(raised([], (payment) => payment.request(eur(1000)))).toEqual([requested]);
    expect(raised([requested], (payment) => payment.request(eur(1000)))).toEqual([]);
    expect(raised([requested, captured], (payment) => payment.request(eur(1000)))).toEqual([]);
  });

  it('raises the alarm and changes nothing when another sum is asked for', () => {
    expect(refused([requested], (payment) => payment.request(eur(999)))).toBe('RequestedAmountDiffers');
    expect(refused([requested], (payment) => payment.request({ amountMinor: 1000, currency: 'USD' }))).toBe(
      'RequestedAmountDiffers',
    );
  });

  it('is captured or fails, and keeps its first outcome', () => {
    expect(raised([requested], (payment) => payment.settleCaptured('gw-1'))).toEqual([captured]);
    expect(raised([requested], (payment) => payment.settleDeclined('declined'))).toEqual([failed]);
    expect(raised([requested, captured], (payment) => payment.settleDeclined('declined'))).toEqual([]);
    expect(raised([requested, captured], (payment) => payment.settleCaptured('gw-2'))).toEqual([]);
    expect(raised([requested, failed], (payment) => payment.settleCaptured('gw-1'))).toEqual([]);
  });
});

describe('a payment of a cancelled order', () => {
  it('remembers a cancellation that comes first, and then fails without asking the gateway', () => {
    expect(raised([], (payment) => payment.cancel('changed my mind'))).toEqual([cancelled]);
    const payment = given(cancelled);
    payment.request(eur(1000));
    expect(payment.changes).toEqual([requested, new PaymentFailed('the order was cancelled')]);
    expect(payment.awaitsOutcome).toBe(false);
  });

  it('is captured and given back in one decision when the cancellation came while the gateway was asked', () => {
    expect(raised([requested], (payment) => payment.cancel('changed my mind'))).toEqual([cancelled]);
    expect(given(requested, cancelled).awaitsOutcome).toBe(true);
    expect(raised([requested, cancelled], (payment) => payment.settleCaptured('gw-1'))).toEqual([
      captured,
      givenBack(1000),
    ]);
    expect(raised([requested, cancelled], (payment) => payment.settleDeclined('declined'))).toEqual([failed]);
  });

  it('gives back what is left when it was captured before', () => {
    expect(raised([requested, captured], (payment) => payment.cancel('late'))).toEqual([givenBack(1000, 'late')]);
    expect(raised([requested, captured, refunded(300)], (payment) => payment.cancel('late'))).toEqual([
      givenBack(700, 'late'),
    ]);
  });

  it.each([
    ['failed', [requested, failed]],
    ['refunded', [requested, captured, refunded(1000)]],
    ['cancelled', [cancelled]],
    ['cancelled while it was requested', [requested, cancelled]],
  ])('stays as it is when it is %s', (_status, past) => {
    expect(raised(past, (payment) => payment.cancel('again'))).toEqual([]);
  });
});

describe('a refund by an operator', () => {
  const back = (minor?: number) => (payment: Payment) => payment.refund('r', minor, 'broken');

  it('gives back a part, or the whole remainder when no amount is named', () => {
    expect(raised([requested, captured], back(300))).toEqual([refunded(300)]);
    expect(raised([requested, captured, refunded(300)], back())).toEqual([refunded(700)]);
    expect(given(requested, captured, refunded(300)).state.status).toBe('captured');
    expect(given(requested, captured, refunded(300), refunded(700)).state.status).toBe('refunded');
  });

  it('never gives back more than is left', () => {
    expect(refused([requested, captured], back(1001))).toBe('refund-too-large');
    expect(refused([requested, captured, refunded(300)], back(701))).toBe('refund-too-large');
    expect(refused([requested, captured, refunded(300)], back(700))).toBe('accepted');
  });

  it.each([0, -1, 1.5, 2 ** 53, Number.NaN])('is refused over %s minor units', (minor) => {
    expect(refused([requested, captured], back(minor))).toBe('refund-amount-invalid');
  });

  it.each([
    ['requested', [requested]],
    ['failed', [requested, failed]],
    ['cancelled', [cancelled]],
    ['refunded in whole', [requested, captured, refunded(1000)]],
  ])('is refused for a payment that is %s', (_status, past) => {
    expect(refused(past, back())).toBe('payment-not-refundable');
  });
});

it('has at most one outcome and never refunds more than it captured, whatever is asked of it in whatever order', () => {
  const cancel = (payment: Payment) => payment.cancel('no');
  const asks = fc.oneof(
    fc.constant((payment: Payment) => payment.request(eur(1000))),
    fc.constant((payment: Payment) => payment.settleCaptured('gw-1')),
    fc.constant((payment: Payment) => payment.settleDeclined('declined')),
    fc.constant(cancel),
    fc
      .option(fc.integer({ min: 1, max: 1200 }), { nil: undefined })
      .map((minor) => (payment: Payment) => payment.refund('r', minor, 'broken')),
  );
  const count = (events: readonly object[], type: abstract new (...args: never[]) => object) =>
    events.filter((event) => event instanceof type).length;
  fc.assert(
    fc.property(fc.array(asks, { maxLength: 15 }), (sequence) => {
      const payment = new Payment(id);
      let cancelledOnce = false;
      for (const ask of sequence) {
        expect(refusalOf(payment, ask)).toMatch(/^accepted$|refund/);
        cancelledOnce ||= ask === cancel;
      }
      const events = payment.changes;
      const isCaptured = count(events, PaymentCaptured);
      expect(isCaptured + count(events, PaymentFailed)).toBeLessThanOrEqual(1);
      expect(payment.state.refundedMinor).toBeLessThanOrEqual(isCaptured * 1000);
      // Money that was taken for an order cancelled at any time is all given back.
      expect(payment.state.refundedMinor).toBeGreaterThanOrEqual(cancelledOnce ? isCaptured * 1000 : 0);
      expect(given(...events).state).toEqual(payment.state);
    }),
  );
});
