// Which text is an id.
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { currencyCodes, isCurrency } from './currency.js';
import { isUuid } from './ids.js';

describe('isUuid', () => {
  it.each([randomUUID(), '0198c0de-7a11-7000-8000-000000000001', '1f0e5c1a-2b3c-8d4e-9f50-0123456789ab'])(
    'accepts %s',
    (text) => expect(isUuid(text)).toBe(true),
  );

  it.each([
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    '0198C0DE-7A11-7000-8000-000000000001',
    '0198c0de7a1170008000000000000001',
    '0198c0de-7a11-7000-8000-000000000001\n',
    '0198c0de-7a11-7000-8000-00000000000g',
    'x'.repeat(1024),
    '',
    7,
    null,
    undefined,
    ['0198c0de-7a11-7000-8000-000000000001'],
  ])('refuses %j', (value) => expect(isUuid(value)).toBe(false));
});

describe('currencyCodes', () => {
  it('are three capitals each, sorted, none twice', () => {
    expect(currencyCodes.every((code) => /^[A-Z]{3}$/.test(code))).toBe(true);
    expect([...new Set(currencyCodes)].sort()).toEqual(currencyCodes);
    expect(currencyCodes.length).toBeGreaterThan(150);
  });

  it('know what people use and no lower case', () => {
    expect(['EUR', 'USD', 'GBP', 'JPY', 'CHF'].every(isCurrency)).toBe(true);
    expect(isCurrency('usd')).toBe(false);
  });
});
