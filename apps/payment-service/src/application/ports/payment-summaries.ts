// The read model of payments, as queries want it.
import type { PaymentView } from '../payment.view.js';

export const PAYMENT_SUMMARIES = Symbol('PaymentSummaries');

export interface PaymentSummaries {
  /** Undefined while the projection has not reached the payment, and when there is none. */
  find(paymentId: string): Promise<PaymentView | undefined>;
}
