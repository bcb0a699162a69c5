// The payment of one order: its id is the order's id, so there is one payment an order, and it has one outcome, captured or failed.
// A cancelled order may be heard of before, while or after its money is captured; all three end without our keeping any.
import { Aggregate, deterministicId, EventSourcedAggregate, When } from '@app/event-store/core';
import { equals, money, subtract, type Money } from '@app/kernel';
import { PaymentNotRefundable, RefundAmountInvalid, RefundTooLarge, RequestedAmountDiffers } from './payment.errors.js';
import {
  PaymentCancelled,
  PaymentCaptured,
  PaymentFailed,
  PaymentRefunded,
  PaymentRequested,
} from './payment.events.js';

/** `cancelled`: the order was cancelled, and no payment was ever requested. `refunded`: nothing of it is left. */
export type PaymentStatus = 'requested' | 'captured' | 'failed' | 'refunded' | 'cancelled';

export interface PaymentState {
  readonly status: 'none' | PaymentStatus;
  /** What was requested; undefined until then. */
  readonly amount?: Money;
  readonly refundedMinor: number;
  /** Set when the order was cancelled before there was an outcome. */
  readonly cancelReason?: string;
  /** The gateway's own name for the capture; set once there was one. */
  readonly gatewayRef?: string;
  readonly failureReason?: string;
}

@Aggregate('payment')
export class Payment extends EventSourcedAggregate<PaymentState> {
  state: PaymentState = { status: 'none', refundedMinor: 0 };

  /** True while the gateway has to be asked. */
  get awaitsOutcome(): boolean {
    return this.state.status === 'requested';
  }

  /** Fails at once when the order was cancelled already. A repeat changes nothing. @throws RequestedAmountDiffers */
  request(amount: Money): void {
    const { amount: first, cancelReason } = this.state;
    if (first && !equals(first, amount)) throw new RequestedAmountDiffers(this.id, first, amount);
    if (first) return;
    this.raise(new PaymentRequested(amount));
    if (cancelReason !== undefined) this.raise(new PaymentFailed('the order was cancelled'));
  }

  /** The gateway has the money; it is given back in the same decision when the order was cancelled meanwhile. */
  // #region settle
  settleCaptured(gatewayRef: string): void {
    const { amount, cancelReason } = this.state;
    if (!this.awaitsOutcome || !amount) return;
    this.raise(new PaymentCaptured(amount, gatewayRef));
    if (cancelReason !== undefined) this.giveBack(cancelReason);
  }
  // #endregion settle

  settleDeclined(reason: string): void {
    if (this.awaitsOutcome) this.raise(new PaymentFailed(reason));
  }

  /** The order was cancelled: gives back what is held, or remembers it for the capture still to come. */
  cancel(reason: string): void {
    if (this.state.status === 'captured') return this.giveBack(reason);
    const pending = this.state.status === 'none' || this.awaitsOutcome;
    if (pending && this.state.cancelReason === undefined) this.raise(new PaymentCancelled(reason));
  }

  /** By an operator; the whole remainder without an amount. @throws PaymentNotRefundable, RefundTooLarge, RefundAmountInvalid */
  refund(refundId: string, amountMinor: number | undefined, reason: string): void {
    const left = this.left();
    const minor = amountMinor ?? left.amountMinor;
    if (!Number.isSafeInteger(minor) || minor < 1) throw new RefundAmountInvalid(minor);
    const asked = money(minor, left.currency);
    if (minor > left.amountMinor) throw new RefundTooLarge(this.id, left, asked);
    this.raise(new PaymentRefunded(this.id, refundId, asked, reason, 'operator'));
  }

  /** Happens at most once: nothing is left afterwards. So the id needs no more than the payment's own. */
  private giveBack(reason: string): void {
    this.raise(new PaymentRefunded(this.id, deterministicId('refund', this.id), this.left(), reason, 'system'));
  }

  private left(): Money {
    const { status, amount, refundedMinor } = this.state;
    if (status !== 'captured' || !amount) throw new PaymentNotRefundable(this.id, status);
    return subtract(amount, money(refundedMinor, amount.currency));
  }

  @When(PaymentRequested)
  protected requested({ amount }: PaymentRequested): void {
    this.state = { ...this.state, status: 'requested', amount };
  }

  @When(PaymentCaptured)
  protected captured({ gatewayRef }: PaymentCaptured): void {
    this.state = { ...this.state, status: 'captured', gatewayRef };
  }

  @When(PaymentFailed)
  protected failed({ reason }: PaymentFailed): void {
    this.state = { ...this.state, status: 'failed', failureReason: reason };
  }

  @When(PaymentCancelled)
  protected cancelled({ reason }: PaymentCancelled): void {
    const status = this.state.status === 'none' ? 'cancelled' : this.state.status;
    this.state = { ...this.state, status, cancelReason: reason };
  }

  @When(PaymentRefunded)
  protected refunded({ amount }: PaymentRefunded): void {
    const refundedMinor = this.state.refundedMinor + amount.amountMinor;
    const status = refundedMinor === this.state.amount?.amountMinor ? 'refunded' : 'captured';
    this.state = { ...this.state, status, refundedMinor };
  }
}
