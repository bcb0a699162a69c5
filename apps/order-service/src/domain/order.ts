// The order: what may happen to it, and what has. Pure; `state` is plain data.
import { Aggregate, EventSourcedAggregate, When, type Personal } from '@app/event-store/core';
import { equals, type Money } from '@app/kernel';
import {
  OrderAlreadyPlaced,
  OrderNotCancellable,
  OrderNotConfirmable,
  OrderNotShippable,
  OrderShippedOtherwise,
  PaidAmountDiffers,
} from './order.errors.js';
import { OrderCancelled, OrderConfirmed, OrderPlaced, OrderShipped, type CancelledBy } from './order.events.js';
import { totalOf, type OrderLine } from './order-line.js';
import type { OrderStatus } from './order-status.js';

export interface OrderState {
  readonly status: 'none' | OrderStatus;
  readonly customerId: string;
  readonly lines: readonly OrderLine[];
  /** Undefined only before the order is placed. */
  readonly total?: Money;
  readonly note?: Personal<string>;
  readonly paymentId?: string;
  readonly cancelReason?: string;
  readonly carrier?: string;
  readonly trackingNumber?: string;
}

@Aggregate('order')
export class Order extends EventSourcedAggregate<OrderState> {
  state: OrderState = { status: 'none', customerId: '', lines: [] };

  /** @throws OrderAlreadyPlaced, @throws OrderLinesInvalid, @throws OrderTotalTooLarge */
  place(customerId: string, lines: readonly OrderLine[], note?: string): void {
    if (this.exists) throw new OrderAlreadyPlaced(this.id);
    this.raise(new OrderPlaced(customerId, lines, totalOf(lines), note));
  }

  /** A second confirmation by the same payment changes nothing. @throws OrderNotConfirmable, @throws PaidAmountDiffers */
  // #region confirm
  confirm(paymentId: string, paid: Money): void {
    const { status, total } = this.state;
    if (total && !equals(total, paid)) throw new PaidAmountDiffers(this.id, total, paid);
    if (paymentId === this.state.paymentId && status !== 'cancelled') return;
    if (status !== 'placed') throw new OrderNotConfirmable(this.id, status);
    this.raise(new OrderConfirmed(paymentId));
  }
  // #endregion confirm

  /** Cancelling twice changes nothing: the first reason stays. @throws OrderNotCancellable once shipped */
  cancel(reason: string, by: CancelledBy): void {
    const { status } = this.state;
    if (status === 'cancelled') return;
    if (status !== 'placed' && status !== 'confirmed') throw new OrderNotCancellable(this.id, status);
    this.raise(new OrderCancelled(reason, by));
  }

  /** Repeating it with the same words changes nothing. @throws OrderNotShippable, @throws OrderShippedOtherwise */
  ship(carrier: string, trackingNumber: string): void {
    const { status } = this.state;
    if (status === 'shipped') {
      if (carrier === this.state.carrier && trackingNumber === this.state.trackingNumber) return;
      throw new OrderShippedOtherwise(this.id);
    }
    if (status !== 'confirmed') throw new OrderNotShippable(this.id, status);
    this.raise(new OrderShipped(carrier, trackingNumber));
  }

  @When(OrderPlaced)
  protected placed({ customerId, lines, total, note }: OrderPlaced): void {
    this.state = { ...this.state, status: 'placed', customerId, lines, total, note };
  }

  // #region confirmed
  @When(OrderConfirmed)
  protected confirmed({ paymentId }: OrderConfirmed): void {
    this.state = { ...this.state, status: 'confirmed', paymentId };
  }
  // #endregion confirmed

  @When(OrderCancelled)
  protected cancelled({ reason }: OrderCancelled): void {
    this.state = { ...this.state, status: 'cancelled', cancelReason: reason };
  }

  @When(OrderShipped)
  protected shipped({ carrier, trackingNumber }: OrderShipped): void {
    this.state = { ...this.state, status: 'shipped', carrier, trackingNumber };
  }
}
