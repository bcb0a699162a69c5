// The company that moves the money. Both calls may be repeated at will: it captures once for each payment id, refunds once for each refund id.
import type { Money } from '@app/kernel';

export const PAYMENT_GATEWAY = Symbol('PaymentGateway');

// #region port
export type CaptureAnswer =
  /** `amount`: what moved, where the gateway says it. */
  | { readonly outcome: 'captured'; readonly gatewayRef: string; readonly amount?: Money }
  | { readonly outcome: 'declined'; readonly reason: string };

export interface PaymentGateway {
  /** @throws GatewayUnavailableError no answer: the money may have moved; ask again with the same id. */
  capture(paymentId: string, amount: Money): Promise<CaptureAnswer>;
  /** @throws GatewayUnavailableError as above. */
  refund(paymentId: string, refundId: string, amount: Money): Promise<void>;
}
// #endregion port

/** A failure, not an answer: whoever asked tries again. */
export class GatewayUnavailableError extends Error {
  override readonly name = 'GatewayUnavailableError';
}
