// From placed to paid or cancelled. One order, one process: it waits for the payment's outcome, but not for ever, and ends with the order's
// own decision. Money that is captured after the order was cancelled is given back by the payment service, which hears of the cancellation.
import { PaymentCapturedV1, PaymentFailedV1 } from '@app/contracts';
import { On, OnTimer, Process, ProcessManager, StartsWith } from '@app/event-store';
import { equals, type Money } from '@app/kernel';
import { PaidAmountDiffers } from '../../domain/order.errors.js';
import { OrderCancelled, OrderConfirmed, OrderPlaced } from '../../domain/order.events.js';
import { CancelOrder } from '../cancel-order/cancel-order.command.js';
import { ConfirmOrder } from '../confirm-order/confirm-order.command.js';
import { CheckoutConfig } from './checkout.config.js';

export interface CheckoutState {
  /** What the order costs; undefined only before it was placed. */
  readonly total?: Money;
  /** The order has been told how it ends. The first answer counts: what comes after it changes nothing. */
  readonly decided?: boolean;
}

@ProcessManager('checkout', {
  start: 'beginning', // so that orders placed before it was deployed have their checkout too; those that have ended change nothing
  correlate: (event, { stream }) => ('orderId' in event ? event.orderId : stream.id),
})
export class Checkout extends Process<CheckoutState> {
  state: CheckoutState = {};

  constructor(private readonly config: CheckoutConfig) {
    super();
  }

  // #region started
  @StartsWith(OrderPlaced)
  placed({ total }: OrderPlaced): void {
    this.state = { total };
    this.wake('payment-deadline', { afterMs: this.config.paymentDeadlineMs });
  }
  // #endregion started

  /** @throws PaidAmountDiffers nothing happens to the order, and the message is parked for somebody to look at. */
  @On(PaymentCapturedV1)
  captured({ orderId, paymentId, amount }: PaymentCapturedV1): void {
    const { total } = this.state;
    if (total && !equals(total, amount)) throw new PaidAmountDiffers(orderId, total, amount);
    this.decide(new ConfirmOrder(orderId, paymentId, amount));
  }

  @On(PaymentFailedV1)
  failed({ orderId, reason }: PaymentFailedV1): void {
    this.decide(new CancelOrder(orderId, reason, 'checkout'));
  }

  // #region late
  @OnTimer('payment-deadline')
  late(): void {
    this.decide(new CancelOrder(this.id, 'payment timed out', 'checkout'));
  }
  // #endregion late

  @On(OrderConfirmed)
  confirmed(): void {
    this.complete();
  }

  /** By this process, the customer, or an operator. */
  @On(OrderCancelled)
  cancelled(): void {
    this.complete();
  }

  private decide(command: object): void {
    if (this.state.decided) return;
    this.state = { ...this.state, decided: true };
    this.send(command);
  }
}
