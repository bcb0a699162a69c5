// A payment as queries answer it, whether it comes from the read model or was rebuilt from events.
import type { StoredEvent } from '@app/event-store';
import { money, type Money } from '@app/kernel';
import type { Payment, PaymentStatus } from '../domain/payment.js';

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

/** The view of a rebuilt payment; `history` holds at least the events it was rebuilt from. */
export function viewOf(payment: Payment, history: readonly StoredEvent[]): PaymentView {
  const { status, amount, refundedMinor, gatewayRef, failureReason, cancelReason } = payment.state;
  const last = history[payment.version - 1];
  if (status === 'none' || !last) throw new TypeError(`Payment ${payment.id} has no event yet.`);
  return {
    paymentId: payment.id,
    orderId: payment.id,
    status,
    version: payment.version,
    ...(amount && {
      amount,
      captured: gatewayRef === undefined ? money(0, amount.currency) : amount,
      refunded: money(refundedMinor, amount.currency),
    }),
    gatewayRef,
    failureReason,
    cancelReason,
    updatedAt: last.occurredAt,
  };
}
