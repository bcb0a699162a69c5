// Each fault of the checkout, planted once, is found; an honest checkout is not accused.
import { describe, expect, it } from 'vitest';
import { checkCheckout, type CheckoutState, type Fact, type LedgerEntry } from './checkout-invariants.js';

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' });

function facts(orderId: string, ...steps: [type: string, data?: Record<string, unknown>][]): Fact[] {
  return steps.map(([type, data = {}], index) => ({ orderId, version: index + 1, type, data }));
}

const placed: [string, Record<string, unknown>] = ['order.placed', { total: eur(1000) }];
const requested: [string, Record<string, unknown>] = ['payment.requested', { amount: eur(1000) }];
const captured: [string, Record<string, unknown>] = ['payment.captured', { amount: eur(1000) }];
const refunded = (amountMinor: number, by: string): [string, Record<string, unknown>] => [
  'payment.refunded',
  { amount: eur(amountMinor), refundId: `r-${amountMinor}`, by },
];
const capture = (paymentId: string, amountMinor = 1000): LedgerEntry => ({
  paymentId,
  kind: 'capture',
  refundId: undefined,
  amount: eur(amountMinor),
});
const refund = (paymentId: string, amountMinor: number): LedgerEntry => ({
  paymentId,
  kind: 'refund',
  refundId: `r-${amountMinor}`,
  amount: eur(amountMinor),
});

/** One order alone. */
function found(
  order: [string, Record<string, unknown>?][],
  payment: [string, Record<string, unknown>?][],
  ledger: LedgerEntry[],
  awaited: readonly string[] = [],
): string[] {
  const state = {
    orders: facts('a', ...order),
    payments: facts('a', ...payment),
    ledger,
    awaited: new Set(awaited),
  };
  return checkCheckout(state).map(({ sentence }) => sentence);
}

it('finds nothing in an honest checkout: shipped, declined, cancelled before and after payment, refunded in part', () => {
  const state: CheckoutState = {
    orders: [
      ...facts('shipped', placed, ['order.confirmed'], ['order.shipped']),
      ...facts('declined', placed, ['order.cancelled']),
      ...facts('cancelled', placed, ['order.confirmed'], ['order.cancelled']),
      ...facts('raced', placed, ['order.cancelled']),
      ...facts('refunded', placed, ['order.confirmed']),
      ...facts('both', placed, ['order.confirmed'], ['order.cancelled']),
    ],
    payments: [
      ...facts('shipped', requested, captured),
      ...facts('declined', requested, ['payment.failed']),
      ...facts('cancelled', requested, captured, refunded(1000, 'system')),
      ...facts('raced', ['payment.cancelled'], requested, ['payment.failed']),
      ...facts('refunded', requested, captured, refunded(300, 'operator')),
      ...facts('both', requested, captured, refunded(300, 'operator'), refunded(700, 'system')),
    ],
    awaited: new Set(),
    ledger: [
      ...['shipped', 'cancelled', 'refunded', 'both'].map((id) => capture(id)),
      refund('cancelled', 1000),
      refund('refunded', 300),
      refund('both', 300),
      refund('both', 700),
    ],
  };
  expect(checkCheckout(state)).toEqual([]);
});

describe('I6 finds an order', () => {
  it.each<[string, [string, Record<string, unknown>?][], string]>([
    [
      'shipped without confirmation',
      [placed, ['order.shipped']],
      'I6: order a went from order.placed to order.shipped.',
    ],
    [
      'confirmed twice',
      [placed, ['order.confirmed'], ['order.confirmed']],
      'I6: order a went from order.confirmed to order.confirmed.',
    ],
    [
      'cancelled after shipping',
      [placed, ['order.confirmed'], ['order.shipped'], ['order.cancelled']],
      'I6: order a went from order.shipped to order.cancelled.',
    ],
    [
      'left placed',
      [placed],
      'I6: order a is still placed: neither confirmed nor cancelled, and no timer will end it.',
    ],
  ])('%s', (_what, order, sentence) => {
    expect(found(order, [requested, captured], [capture('a')])).toContain(sentence);
  });

  it('without a payment outcome, with two, and confirmed although the payment failed', () => {
    const confirmed: [string, Record<string, unknown>?][] = [placed, ['order.confirmed']];
    expect(found(confirmed, [requested], [])).toContain('I6: order a has no payment outcome.');
    expect(found(confirmed, [requested, captured, ['payment.failed']], [capture('a')])).toContain(
      'I6: order a has 2 payment outcomes: payment.captured, payment.failed.',
    );
    expect(found(confirmed, [requested, ['payment.failed']], [])).toContain(
      'I6: order a was confirmed, and its payment failed.',
    );
  });

  it('nothing in one that is placed while its payment deadline is still to come', () => {
    expect(found([placed], [requested], [], ['a'])).toEqual([]);
    expect(found([placed], [requested], [], ['b'])).toHaveLength(2);
  });

  it('that is missing although it was paid', () => {
    expect(found([], [requested, captured], [capture('a')])).toEqual([
      'I6: payment a is for an order that does not exist.',
    ]);
  });
});

describe('I7 finds', () => {
  const confirmed: [string, Record<string, unknown>?][] = [placed, ['order.confirmed']];
  const cancelled: [string, Record<string, unknown>?][] = [placed, ['order.cancelled']];

  it.each<[string, string[], string]>([
    [
      'another sum captured than the order costs',
      found(confirmed, [requested, ['payment.captured', { amount: eur(999) }]], [capture('a', 999)]),
      'I7: order a over 1000 is confirmed, and 999 captured less 0 refunded (0 by operators) is held for it.',
    ],
    [
      'money given back for an order that is confirmed',
      found(confirmed, [requested, captured, refunded(1000, 'system')], [capture('a'), refund('a', 1000)]),
      'I7: order a over 1000 is confirmed, and 1000 captured less 1000 refunded (0 by operators) is held for it.',
    ],
    [
      'money kept for an order that is cancelled',
      found(cancelled, [requested, captured], [capture('a')]),
      'I7: order a is cancelled, and 1000 minor units are still held for it.',
    ],
    [
      'more refunded than captured',
      found(cancelled, [requested, captured, refunded(1001, 'system')], [capture('a'), refund('a', 1001)]),
      'I7: of order a 1001 minor units were refunded, and only 1000 captured.',
    ],
    [
      'a second currency',
      found(confirmed, [requested, ['payment.captured', { amount: { amountMinor: 1000, currency: 'USD' } }]], []),
      'I7: order a is in 2 currencies: EUR, USD.',
    ],
    [
      'half a cent',
      found(confirmed, [requested, ['payment.captured', { amount: eur(0.5) }]], []),
      'I7: order a has an amount of 0.5 minor units.',
    ],
    [
      'a capture the gateway knows nothing of',
      found(confirmed, [requested, captured], []),
      "I7: the gateway's ledger has 0 times, and our events 1 times: capture of 1000 EUR for payment a.",
    ],
    [
      'money the gateway took twice',
      found(confirmed, [requested, captured], [capture('a'), capture('a')]),
      "I7: our events have 1 times, and the gateway's ledger 2 times: capture of 1000 EUR for payment a.",
    ],
    [
      'a refund only the gateway knows of',
      found(confirmed, [requested, captured], [capture('a'), refund('a', 5)]),
      "I7: our events have 0 times, and the gateway's ledger 1 times: refund r-5 of 5 EUR for payment a.",
    ],
  ])('%s', (_what, sentences, sentence) => {
    expect(sentences).toContain(sentence);
  });
});
