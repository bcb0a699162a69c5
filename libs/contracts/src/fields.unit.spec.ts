import { expect, it } from 'vitest';
import type { Money } from '@app/kernel';
import { refusedFields } from '../../../test/support/contract.js';
import { IsId, IsLine, IsMoney, IsReference } from './fields.js';

class Message {
  @IsId() readonly id: string;
  @IsMoney() readonly total: Money;
  @IsLine() readonly reason: string;
  @IsReference() readonly reference: string;
}

const right = {
  id: '0198c0de-7a11-7000-8000-000000000001',
  total: { amountMinor: 1999, currency: 'EUR' },
  reason: 'Zoë said so',
  reference: 'refund-1',
};
const refused = (change: object) => refusedFields(Message, { ...right, ...change });

it('what is right is taken', () => {
  expect(refused({})).toEqual([]);
});

it.each([
  { amountMinor: 1.5, currency: 'EUR' },
  { amountMinor: -1, currency: 'EUR' },
  { amountMinor: 2 ** 53, currency: 'EUR' },
  { amountMinor: '1', currency: 'EUR' },
  { amountMinor: 1, currency: 'eur' },
  { amountMinor: 1, currency: 'EUR', iban: 'DE00' },
  [1, 'EUR'],
  '1 EUR',
  null,
])('money is not %j', (total) => expect(refused({ total })).toEqual(['total']));

it.each(['', 'two\nlines', 'x'.repeat(201), '\u0000', '\ud800', 7, null])('a line is not %j', (reason) =>
  expect(refused({ reason })).toEqual(['reason']),
);

it.each(['00000000-0000-0000-0000-000000000000', 'order-1', right.id.toUpperCase(), 7])('an id is not %j', (id) =>
  expect(refused({ id })).toEqual(['id']),
);

it.each(['', 'two words', 'x'.repeat(101), 'a/b', 7])('a reference is not %j', (reference) =>
  expect(refused({ reference })).toEqual(['reference']),
);
