// A payment as queries answer it.
import type { Money } from '@app/kernel';
import type { PaymentStatus } from '../domain/payment.js';

export interface PaymentView {
  /** The order's id, too: one payment an order. */
  readonly paymentId: string;
  readonly orderId: string;
  readonly status: PaymentStatus;
  readonly version: number;
  /** The three sums are undefined for a payment that was never requested. */
  readonly amount?: Money;
  readonly captured?: Money;
  readonly refunded?: Money;
  readonly gatewayRef?: string;
  readonly failureReason?: string;
  readonly cancelReason?: string;
  readonly updatedAt: Date;
}
