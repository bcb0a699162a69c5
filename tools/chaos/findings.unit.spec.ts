// Whatever is seen of a broken system, by whichever witness, ends up in the certificate; a sound run is not accused.
import { describe, expect, it } from 'vitest';
import type { Fact, LedgerEntry } from '../demo/checkout-invariants.js';
import { violationsOf, type Asked, type Seen } from './findings.js';

const euros = (amountMinor: number) => ({ amountMinor, currency: 'EUR' });
const facts = (orderId: string, ...events: readonly (readonly [type: string, data?: Fact['data']])[]) =>
  events.map(([type, data = {}], at) => ({ orderId, version: at + 1, type, data, atMs: at }));
const placed = ['order.placed', { total: euros(1000) }] as const;
const captured = ['payment.captured', { amount: euros(1000) }] as const;
const refund = (refundId: string) => ['payment.refunded', { amount: euros(100), by: 'operator', refundId }] as const;
const booked = (refundId: string): LedgerEntry => ({ paymentId: 'a', kind: 'refund', refundId, amount: euros(100) });
const captureOf = (paymentId: string): LedgerEntry => ({
  paymentId,
  kind: 'capture',
  refundId: undefined,
  amount: euros(1000),
});

const asked: Asked = { orders: 2, acknowledged: new Set(['a']), refunds: new Map([['a', 1]]) };
const sound: Seen = {
  checkout: {
    orders: [...facts('a', placed, ['order.confirmed']), ...facts('b', placed, ['order.confirmed'])],
    payments: [...facts('a', captured, refund('r-1')), ...facts('b', captured)],
    ledger: [captureOf('a'), captureOf('b'), booked('r-1')],
    awaited: new Set(),
  },
  verified: [],
  repeated: [{ what: 'POST /orders', first: { status: 201, body: 1 }, again: { status: 201, body: 1 } }],
  immutable: [],
  aggregates: [],
  unhealthy: [],
  bounds: [],
  asked,
  wrongAnswers: [],
  deaths: [],
  notReady: [],
};
const one = { invariant: 'I2', damage: 'reordered', sentence: 'I2: planted.' } as const;

describe('the judge of a storm', () => {
  it('finds nothing in a sound run', () => {
    expect(violationsOf(sound)).toEqual([]);
  });

  it.each(['verified', 'immutable', 'aggregates', 'unhealthy', 'bounds'] as const)(
    'passes on what %s says',
    (witness) => {
      expect(violationsOf({ ...sound, [witness]: [one] })).toEqual([one]);
    },
  );

  it.each([
    ['wrongAnswers', 'answer: planted', 'wrong'],
    ['deaths', 'process: planted', 'wrong'],
    ['notReady', 'I14: planted', 'unfinished'],
  ] as const)('calls %s a violation', (witness, sentence, damage) => {
    expect(violationsOf({ ...sound, [witness]: ['planted'] })).toMatchObject([{ sentence, damage }]);
  });

  it('says each thing once', () => {
    expect(violationsOf({ ...sound, verified: [one, one], immutable: [one] })).toEqual([one]);
  });

  it('finds an answer that another one takes the place of', () => {
    const repeated = [{ what: 'POST /orders', first: { status: 201, body: 1 }, again: { status: 201, body: 2 } }];
    expect(violationsOf({ ...sound, repeated })).toMatchObject([{ invariant: 'I10' }]);
  });

  it('finds an order placed twice, also where another one was never placed', () => {
    const answered = { ...asked, acknowledged: new Set(['a', 'never there']) };
    expect(violationsOf({ ...sound, asked: answered })).toMatchObject([{ invariant: 'I10', damage: 'duplicated' }]);
  });

  it('finds a refund that was done twice in every book', () => {
    const payments = [...facts('a', captured, refund('r-1'), refund('r-2')), ...facts('b', captured)];
    const ledger = [...sound.checkout.ledger, booked('r-2')];
    expect(violationsOf({ ...sound, checkout: { ...sound.checkout, payments, ledger } })).toMatchObject([
      { damage: 'duplicated', sentence: 'I10: payment a was refunded 2 times, and 1 times were asked for.' },
    ]);
  });

  it('finds an order that waits for a deadline at rest', () => {
    const orders = [...sound.checkout.orders, ...facts('c', placed)];
    const checkout = { ...sound.checkout, orders, awaited: new Set(['c']) };
    const found = violationsOf({ ...sound, asked: { ...asked, orders: 3 }, checkout });
    expect(found.map(({ invariant }) => invariant)).toContain('I6');
  });
});
