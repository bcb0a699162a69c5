// What comes in with a refund.
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { RefundDto } from './refund.dto.js';

const wrong = (body: object) =>
  validateSync(plainToInstance(RefundDto, body), { whitelist: true, forbidNonWhitelisted: true }).map(
    ({ property }) => property,
  );

describe('a refund request', () => {
  it('needs a reason, and may name an amount', () => {
    expect(wrong({ reason: 'Arrived broken.' })).toEqual([]);
    expect(wrong({ reason: 'Arrived broken.', amountMinor: 500 })).toEqual([]);
    expect(wrong({})).toEqual(['reason']);
  });

  it.each([null, 0, -1, 1.5, Infinity, '1', 2 ** 53, [1], {}])('is refused with the amount %j', (amountMinor) => {
    expect(wrong({ reason: 'x', amountMinor })).toEqual(['amountMinor']);
  });

  it.each(['', ' ', 'a\nb', 'x'.repeat(201), 1, null])('is refused with the reason %j', (reason) => {
    expect(wrong({ reason })).toEqual(['reason']);
  });

  it('names no currency: it is the payment’s', () => {
    expect(wrong({ reason: 'x', currency: 'USD' })).toEqual(['currency']);
  });
});
