// What an order refuses, with the codes our API promises. Refusals are answers: recorded with the command, never retried.
// PaidAmountDiffers is an answer to a command too; thrown in a process, which answers nobody, it parks the message.
import { DomainError } from '@app/event-store/core';
import { inWords, type Money } from '@app/kernel';

export class OrderAlreadyPlaced extends DomainError {
  readonly code = 'order-already-placed';
  constructor(orderId: string) {
    super(`Order ${orderId} has been placed already.`);
  }
}

export class OrderNotConfirmable extends DomainError {
  readonly code = 'order-not-confirmable';
  constructor(orderId: string, status: string) {
    super(`Order ${orderId} is ${status}; only a placed order can be confirmed.`);
  }
}

export class OrderNotCancellable extends DomainError {
  readonly code = 'order-not-cancellable';
  constructor(orderId: string, status: string) {
    super(`Order ${orderId} is ${status}; only a placed or confirmed order can be cancelled.`);
  }
}

export class OrderNotShippable extends DomainError {
  readonly code = 'order-not-shippable';
  constructor(orderId: string, status: string) {
    super(`Order ${orderId} is ${status}; only a confirmed order can be shipped.`);
  }
}

export class OrderShippedOtherwise extends DomainError {
  readonly code = 'order-shipped-otherwise';
  constructor(orderId: string) {
    super(`Order ${orderId} has been shipped already, with another carrier or tracking number.`);
  }
}

/** No line or too many, two lines of one product, or a quantity out of range: the sentence says which. */
export class OrderLinesInvalid extends DomainError {
  readonly code = 'order-lines-invalid';
  override readonly kind = 'invalid';
}

export class OrderTotalTooLarge extends DomainError {
  readonly code = 'order-total-too-large';
  override readonly kind = 'invalid';
  constructor() {
    super(
      `The order's total is beyond what can be charged at once (${Number.MAX_SAFE_INTEGER} minor units). Split the order.`,
    );
  }
}

export class ProductNotSold extends DomainError {
  readonly code = 'product-not-sold';
  override readonly kind = 'invalid';
  /** By the number of the line, from 1: a sku that we do not know is the caller's text, which answers do not repeat. */
  constructor(lines: readonly number[], currency: string) {
    super(`Not sold in ${currency}: what line ${lines.join(', ')} of the order asks for.`);
  }
}

/** Another sum was paid than the order costs: the order stays as it is. The checkout throws it, which parks the message at once, for somebody to look at. */
export class PaidAmountDiffers extends DomainError {
  readonly code = 'paid-amount-differs';
  constructor(orderId: string, total: Money, paid: Money) {
    super(
      `Order ${orderId} costs ${inWords(total)}, but ${inWords(paid)} was captured for it. ` +
        'Compare the two services before replaying this.',
    );
  }
}
