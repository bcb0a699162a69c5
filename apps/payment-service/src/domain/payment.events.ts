// Facts about a payment. Renames and versions are declared here, nowhere else.
import { Event } from '@app/event-store/core';
import type { Money } from '@app/kernel';

@Event('payment.requested')
export class PaymentRequested {
  constructor(readonly amount: Money) {}
}

@Event('payment.captured')
export class PaymentCaptured {
  constructor(
    readonly amount: Money,
    /** The gateway's own name for the capture. */
    readonly gatewayRef: string,
  ) {}
}

/** Final: no money was taken. */
@Event('payment.failed')
export class PaymentFailed {
  constructor(readonly reason: string) {}
}

/** The memory that the order was cancelled before the capture had an outcome: without it a late capture would keep the money. */
@Event('payment.cancelled')
export class PaymentCancelled {
  constructor(readonly reason: string) {}
}

@Event('payment.refunded')
export class PaymentRefunded {
  constructor(
    /** Of the stream, once more: a saga meets the event without its context. */
    readonly paymentId: string,
    /** The gateway refunds once for each id. */
    readonly refundId: string,
    /** Of this refund alone. */
    readonly amount: Money,
    /** As an operator typed it, or why the order was cancelled. Not encrypted: it stays in the log for ever. */
    readonly reason: string,
    readonly by: RefundedBy,
  ) {}
}

/** `system`: the order was cancelled. */
export type RefundedBy = 'operator' | 'system';
