// What the payment context tells the others. No personal data: no card, no account, no name.
import type { Money } from '@app/kernel';
import { IntegrationEvent, topic } from '@app/event-store/messaging';
import { IsId, IsLine, IsMoney, IsReference } from './fields.js';

@IntegrationEvent('shop.payment.captured.v1')
export class PaymentCapturedV1 {
  @IsId() readonly orderId: string;
  @IsId() readonly paymentId: string;
  @IsMoney() readonly amount: Money;

  constructor(orderId: string, paymentId: string, amount: Money) {
    this.orderId = orderId;
    this.paymentId = paymentId;
    this.amount = amount;
  }
}

/** Final: no money was taken. */
@IntegrationEvent('shop.payment.failed.v1')
export class PaymentFailedV1 {
  @IsId() readonly orderId: string;
  @IsId() readonly paymentId: string;
  @IsLine() readonly reason: string;

  constructor(orderId: string, paymentId: string, reason: string) {
    this.orderId = orderId;
    this.paymentId = paymentId;
    this.reason = reason;
  }
}

/** One refund; a payment may have several, together never more than was captured. */
@IntegrationEvent('shop.payment.refunded.v1')
export class PaymentRefundedV1 {
  @IsId() readonly orderId: string;
  @IsId() readonly paymentId: string;
  /** Of this refund alone. */
  @IsMoney() readonly amount: Money;
  @IsLine() readonly reason: string;
  @IsReference() readonly refundId: string;

  constructor(orderId: string, paymentId: string, amount: Money, reason: string, refundId: string) {
    this.orderId = orderId;
    this.paymentId = paymentId;
    this.amount = amount;
    this.reason = reason;
    this.refundId = refundId;
  }
}

/** Keyed by order id, so that what happened to one order's money is read in order. */
export const paymentEvents = topic('shop.payment.events.v1', [PaymentCapturedV1, PaymentFailedV1, PaymentRefundedV1]);
