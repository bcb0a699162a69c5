// What the order context tells the others. No personal data: who ordered and where it goes stays inside the context.
import type { Money } from '@app/kernel';
import { IntegrationEvent, topic } from '@app/event-store/messaging';
import { IsId, IsLine, IsMoney } from './fields.js';

// #region placed
@IntegrationEvent('shop.order.placed.v1')
export class OrderPlacedV1 {
  @IsId() readonly orderId: string;
  /** What is to be paid. */
  @IsMoney() readonly total: Money;

  constructor(orderId: string, total: Money) {
    this.orderId = orderId;
    this.total = total;
  }
}
// #endregion placed

/** Paid. */
@IntegrationEvent('shop.order.confirmed.v1')
export class OrderConfirmedV1 {
  @IsId() readonly orderId: string;
  @IsId() readonly paymentId: string;

  constructor(orderId: string, paymentId: string) {
    this.orderId = orderId;
    this.paymentId = paymentId;
  }
}

/** Final: whoever took money for the order gives it back. */
@IntegrationEvent('shop.order.cancelled.v1')
export class OrderCancelledV1 {
  @IsId() readonly orderId: string;
  @IsLine() readonly reason: string;

  constructor(orderId: string, reason: string) {
    this.orderId = orderId;
    this.reason = reason;
  }
}

@IntegrationEvent('shop.order.shipped.v1')
export class OrderShippedV1 {
  @IsId() readonly orderId: string;
  @IsLine() readonly carrier: string;

  constructor(orderId: string, carrier: string) {
    this.orderId = orderId;
    this.carrier = carrier;
  }
}

/** Keyed by order id. */
export const orderEvents = topic('shop.order.events.v1', [
  OrderPlacedV1,
  OrderConfirmedV1,
  OrderCancelledV1,
  OrderShippedV1,
]);
