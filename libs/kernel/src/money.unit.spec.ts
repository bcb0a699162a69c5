// What money refuses, and the laws its arithmetic keeps.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { add, equals, inWords, isMoney, money, MoneyError, multiply, subtract, sum } from './money.js';

const code = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof MoneyError) return error.code;
    throw error;
  }
  return 'nothing thrown';
};

const euros = fc.integer({ min: 0, max: 2 ** 50 }).map((amount) => money(amount, 'EUR'));

describe('money', () => {
  it.each([1.5, Number.NaN, '1' as unknown as number, null as unknown as number, undefined as unknown as number])(
    'refuses %s as an amount: not a whole number',
    (amount) => expect(code(() => money(amount, 'EUR'))).toBe('money-not-whole'),
  );

  it.each([2 ** 53, -(2 ** 53), Infinity, -Infinity, 1e300])('refuses %s: beyond 2^53 - 1 nothing is exact', (amount) =>
    expect(code(() => money(amount, 'EUR'))).toBe('money-too-large'),
  );

  it('refuses a negative amount', () => expect(code(() => money(-1, 'EUR'))).toBe('money-negative'));

  it.each(['eur', 'EURO', '', '€', '💶', 'XXX', 'constructor', null as unknown as string])(
    'refuses currency %j',
    (currency) => expect(code(() => money(1, currency))).toBe('money-unknown-currency'),
  );

  it('accepts zero and 2^53 - 1', () => {
    expect(money(0, 'JPY')).toEqual({ amountMinor: 0, currency: 'JPY' });
    expect(money(Number.MAX_SAFE_INTEGER, 'EUR').amountMinor).toBe(9_007_199_254_740_991);
  });

  it('knows one zero only', () => expect(Object.is(money(-0, 'EUR').amountMinor, 0)).toBe(true));

  it('does not mix currencies', () => {
    expect(code(() => add(money(1, 'EUR'), money(1, 'USD')))).toBe('money-currency-mismatch');
    expect(code(() => subtract(money(1, 'EUR'), money(1, 'USD')))).toBe('money-currency-mismatch');
    expect(code(() => sum([money(1, 'USD')], 'EUR'))).toBe('money-currency-mismatch');
  });

  it('does not give more than there is', () => {
    expect(subtract(money(5, 'EUR'), money(5, 'EUR'))).toEqual(money(0, 'EUR'));
    expect(code(() => subtract(money(5, 'EUR'), money(6, 'EUR')))).toBe('money-negative');
  });

  it('refuses a sum and a product beyond 2^53 - 1', () => {
    const most = money(Number.MAX_SAFE_INTEGER, 'EUR');
    expect(code(() => add(most, money(1, 'EUR')))).toBe('money-too-large');
    expect(code(() => multiply(most, 2))).toBe('money-too-large');
    expect(code(() => sum([most, most], 'EUR'))).toBe('money-too-large');
  });

  it('multiplies by whole numbers from zero only', () => {
    expect(multiply(money(250, 'EUR'), 3)).toEqual(money(750, 'EUR'));
    expect(code(() => multiply(money(250, 'EUR'), 0.5))).toBe('money-not-whole');
    expect(code(() => multiply(money(250, 'EUR'), -1))).toBe('money-negative');
  });

  it('sums nothing to zero', () => expect(sum([], 'CHF')).toEqual(money(0, 'CHF')));

  it('adds in any order, and takes away what it added', () => {
    fc.assert(
      fc.property(euros, euros, (a, b) => {
        expect(equals(add(a, b), add(b, a))).toBe(true);
        expect(subtract(add(a, b), b)).toEqual(a);
      }),
    );
  });

  it('multiplying is adding that often', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 9 }), fc.integer({ min: 0, max: 50 }), (amount, times) => {
        const one = money(amount, 'EUR');
        expect(multiply(one, times)).toEqual(
          sum(
            Array.from({ length: times }, () => one),
            'EUR',
          ),
        );
      }),
    );
  });

  it('is told in minor units, whatever the currency', () => {
    expect(inWords(money(4277, 'EUR'))).toBe('4277 EUR (minor units)');
    expect(inWords(money(0, 'JPY'))).toBe('0 JPY (minor units)');
  });

  it('either computes exactly or refuses', () => {
    const any = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(any, any, (a, b) => {
        const exact = BigInt(a) + BigInt(b);
        const tooLarge = exact > BigInt(Number.MAX_SAFE_INTEGER);
        const total = () => BigInt(add(money(a, 'EUR'), money(b, 'EUR')).amountMinor);
        expect(tooLarge ? code(total) : total()).toBe(tooLarge ? 'money-too-large' : exact);
      }),
    );
  });

  it('recognises money in data of unknown origin, and agrees with the constructor', () => {
    expect(isMoney({ amountMinor: 1, currency: 'EUR' })).toBe(true);
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (amountMinor, currency) => {
        const constructible = code(() => money(amountMinor as number, currency as string)) === 'nothing thrown';
        expect(isMoney({ amountMinor, currency })).toBe(constructible);
      }),
    );
  });
});
