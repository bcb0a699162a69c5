// What a payment refuses, with the codes our API promises. Refusals are answers: recorded with the command, never retried.
import { DomainError } from '@app/event-store/core';
import { inWords, type Money } from '@app/kernel';

export class PaymentNotRefundable extends DomainError {
  readonly code = 'payment-not-refundable';
  constructor(paymentId: string, status: string) {
    super(
      `Payment ${paymentId} is ${status}; only a captured payment that is not yet refunded in whole can be refunded.`,
    );
  }
}

export class RefundTooLarge extends DomainError {
  readonly code = 'refund-too-large';
  constructor(paymentId: string, left: Money, asked: Money) {
    super(`Payment ${paymentId}: expected a refund of at most ${inWords(left)}, got ${inWords(asked)}.`);
  }
}

export class RefundAmountInvalid extends DomainError {
  readonly code = 'refund-amount-invalid';
  override readonly kind = 'invalid';
  constructor(amountMinor: number) {
    super(`A refund is a whole number of minor units from 1, got ${amountMinor}.`);
  }
}

/**
 * The order asks for another sum than before. No answer but an alarm: not a DomainError, so that it is retried, parked and shown,
 * and the payment stays as it is.
 */
export class RequestedAmountDiffers extends Error {
  override readonly name = 'RequestedAmountDiffers';
  constructor(paymentId: string, first: Money, now: Money) {
    super(
      `Payment ${paymentId} was requested over ${inWords(first)}, and now over ${inWords(now)}. ` +
        'Compare the two services before replaying this.',
    );
  }
}
