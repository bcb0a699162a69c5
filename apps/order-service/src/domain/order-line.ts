// One line of an order, with the price as it was that day: plain data, because that is what events keep.
import { MoneyError, multiply, sum, type Money } from '@app/kernel';
import { OrderLinesInvalid, OrderTotalTooLarge } from './order.errors.js';

export const MAX_LINES = 100;
/** Pieces in one line. */
export const MAX_QUANTITY = 10_000;

export interface OrderLine {
  readonly sku: string;
  /** What the price list called it. */
  readonly name: string;
  /** Whole pieces, 1 to {@link MAX_QUANTITY}. */
  readonly quantity: number;
  readonly unitPrice: Money;
}

/**
 * What the lines cost together.
 * @throws OrderLinesInvalid no line or too many, a sku twice (one line a product: a repeat is most likely a mistake), a quantity out of range.
 * @throws OrderTotalTooLarge beyond 2^53 - 1 minor units.
 */
export function totalOf(lines: readonly OrderLine[]): Money {
  const [first] = lines;
  if (!first || lines.length > MAX_LINES) {
    throw new OrderLinesInvalid(`An order has 1 to ${MAX_LINES} lines, got ${lines.length}.`);
  }
  if (new Set(lines.map((line) => line.sku)).size < lines.length) {
    throw new OrderLinesInvalid('An order has one line for each product.');
  }
  for (const [index, { quantity }] of lines.entries()) {
    if (!Number.isInteger(quantity) || quantity < 1 || quantity > MAX_QUANTITY) {
      throw new OrderLinesInvalid(`Quantity of line ${index + 1}: expected 1 to ${MAX_QUANTITY}, got ${quantity}.`);
    }
  }
  try {
    return sum(
      lines.map((line) => multiply(line.unitPrice, line.quantity)),
      first.unitPrice.currency,
    );
  } catch (error) {
    if (error instanceof MoneyError && error.code === 'money-too-large') throw new OrderTotalTooLarge();
    throw error;
  }
}
