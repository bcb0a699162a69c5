// Money is plain data with functions beside it: it travels through events, JSON and read models without turning into something else.
import { isCurrency } from './currency.js';

/** `amountMinor` counts the smallest unit of `currency` (cents, yen, fils): a whole number, at most 2^53 - 1 either way. */
export interface Money {
  readonly amountMinor: number;
  /** ISO 4217, upper case. */
  readonly currency: string;
}

export type MoneyErrorCode =
  'money-not-whole' | 'money-negative' | 'money-too-large' | 'money-unknown-currency' | 'money-currency-mismatch';

export class MoneyError extends Error {
  constructor(
    readonly code: MoneyErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'MoneyError';
  }
}

/**
 * An amount to pay or to hold: never negative.
 * @throws MoneyError not whole, negative, beyond 2^53 - 1, or no ISO 4217 currency.
 */
export function money(amountMinor: number, currency: string): Money {
  if (!isCurrency(currency)) {
    throw new MoneyError('money-unknown-currency', `Expected an ISO 4217 code like EUR, got ${quote(currency)}.`);
  }
  if (checked(amountMinor) < 0) {
    throw new MoneyError('money-negative', `Expected an amount from 0, got ${amountMinor}.`);
  }
  return { amountMinor: amountMinor + 0, currency }; // + 0: JSON knows -0, money does not
}

/** True for data that {@link money} would return: two fields, both valid. */
export function isMoney(value: unknown): value is Money {
  if (typeof value !== 'object' || value === null) return false;
  const { amountMinor, currency } = value as Partial<Money>;
  return Number.isSafeInteger(amountMinor) && (amountMinor as number) >= 0 && isCurrency(currency);
}

/** @throws MoneyError other currency, or a sum beyond 2^53 - 1. */
export function add(a: Money, b: Money): Money {
  assertSameCurrency(a, b);
  return money(checked(a.amountMinor + b.amountMinor), a.currency);
}

/** What is left. @throws MoneyError other currency, or more is taken than there is. */
export function subtract(from: Money, what: Money): Money {
  assertSameCurrency(from, what);
  return money(from.amountMinor - what.amountMinor, from.currency);
}

/** @param times a whole number from 0. @throws MoneyError `times` is none, or the product is beyond 2^53 - 1. */
export function multiply(amount: Money, times: number): Money {
  return money(checked(amount.amountMinor * checked(times)), amount.currency);
}

/** Of nothing: zero of `currency`. @throws MoneyError an amount in another currency, or a sum beyond 2^53 - 1. */
export function sum(amounts: readonly Money[], currency: string): Money {
  return amounts.reduce(add, money(0, currency));
}

export function isSameCurrency(a: Money, b: Money): boolean {
  return a.currency === b.currency;
}

export function equals(a: Money, b: Money): boolean {
  return isSameCurrency(a, b) && a.amountMinor === b.amountMinor;
}

/** For messages to people who look into it: `4277 EUR (minor units)`. How many decimals a currency has is not known here. */
export function inWords({ amountMinor, currency }: Money): string {
  return `${amountMinor} ${currency} (minor units)`;
}

function assertSameCurrency(a: Money, b: Money): void {
  if (!isSameCurrency(a, b)) {
    throw new MoneyError('money-currency-mismatch', `Cannot put ${a.currency} and ${b.currency} together.`);
  }
}

/** Beyond 2^53 - 1 numbers are no longer exact: whatever lands there is refused before anything is computed with it. */
function checked(value: number): number {
  if (Number.isSafeInteger(value)) return value;
  if (Number.isInteger(value) || Math.abs(value) === Infinity) {
    throw new MoneyError('money-too-large', `Expected at most ${Number.MAX_SAFE_INTEGER} minor units, got ${value}.`);
  }
  throw new MoneyError('money-not-whole', `Expected a whole number, got ${String(value)}.`);
}

function quote(value: unknown): string {
  return typeof value === 'string' ? `'${value.slice(0, 20)}'` : typeof value;
}
