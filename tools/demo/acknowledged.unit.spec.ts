// A yes is about what was asked for: an event of another type, or with other data, at its place is a change that got lost.
import { expect, it } from 'vitest';
import { cancelled, checkAsked, placed, refunded, shipped } from './acknowledged.js';
import type { CheckoutState, Fact } from './checkout-invariants.js';

const fact = (version: number, type: string, data: Fact['data']): Fact => ({ orderId: 'a', version, type, data });
const checkout = (...cancellation: readonly Fact[]): CheckoutState => ({
  orders: [
    fact(1, 'order.placed', { customerId: 'alice', lines: [{ sku: 'mug', quantity: 3, unitPrice: 890 }] }),
    fact(2, 'order.confirmed', { paymentId: 'a' }),
    ...cancellation,
  ],
  payments: [
    fact(1, 'payment.requested', {}),
    fact(2, 'payment.captured', {}),
    fact(3, 'payment.refunded', { reason: 'Broken.', by: 'operator', amount: { amountMinor: 890, currency: 'EUR' } }),
  ],
  ledger: [],
  awaited: new Set(),
});
const by = (who: string) => checkout(fact(3, 'order.cancelled', { reason: 'No need.', by: who }));
const mugs = [{ sku: 'mug', quantity: 3 }];

it.each([
  ['placed', placed('a', { version: 1 }, mugs), by('customer')],
  ['cancelled', cancelled('a', { version: 3 }, 'No need.'), by('customer')],
  ['cancelled, which the system had done before', cancelled('a', { version: 3 }, 'Mine.'), by('system')],
  ['refunded', refunded('a', { version: 3 }, 'Broken.'), by('customer')],
  ['refunded in part', refunded('a', { version: 3 }, 'Broken.', 890), by('customer')],
])('finds what was %s as it was asked for', (_what, one, state) => {
  expect(checkAsked(state, [one])).toEqual([]);
});

it.each([
  ['other lines', placed('a', { version: 1 }, [{ sku: 'mug', quantity: 2 }])],
  ['more lines', placed('a', { version: 1 }, [...mugs, ...mugs])],
  ['another reason', cancelled('a', { version: 3 }, 'Mine.')],
  ['another change', shipped('a', { version: 3 }, 'Parcel Post', 'PP-1')],
  ['another amount', refunded('a', { version: 3 }, 'Broken.', 891)],
])('finds %s than was acknowledged', (_what, one) => {
  const [found, ...more] = checkAsked(by('customer'), [one]);
  expect(more).toEqual([]);
  expect(found).toMatchObject({ invariant: 'I1', damage: 'wrong' });
  expect(found!.sentence).toMatch(/^I1: \S+ acknowledged version \d of (order|payment)-a as \{.*\}, and has \{.*\}\.$/);
});
