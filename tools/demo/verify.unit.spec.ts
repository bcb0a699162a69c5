import { expect, it } from 'vitest';
import type { Fact } from './checkout-invariants.js';
import type { Story } from './scenarios.js';
import { checkRefunds } from './verify.js';

const refunded = (by: string): Fact => ({ orderId: 'a', version: 1, type: 'payment.refunded', data: { by } });
const told = (scenario: Story['scenario'], ...payments: Fact[]) =>
  checkRefunds({ orders: [], payments, ledger: [], awaited: new Set() }, [
    { scenario, orderId: 'a', acknowledged: [] },
  ]).map(({ damage }) => damage);

it('wants as many refunds by operators as the story tells of, and none beside', () => {
  expect(told('refunded in part', refunded('operator'))).toEqual([]);
  expect(told('cancelled after payment', refunded('cancellation'))).toEqual([]);
  expect(told('refunded in part', refunded('operator'), refunded('operator'))).toEqual(['duplicated']);
  expect(told('refunded in full')).toEqual(['lost']);
  expect(told('paid', refunded('operator'))).toEqual(['duplicated']);
});
