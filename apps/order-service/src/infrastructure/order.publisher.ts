// Private fact → public message. What is not named here is not published, and what people wrote stays here: it may name people.
import { Publish, Publisher, type EventContext } from '@app/event-store';
import { OrderCancelledV1, OrderConfirmedV1, orderEvents, OrderPlacedV1, OrderShippedV1 } from '@app/contracts';
import { OrderCancelled, OrderConfirmed, OrderPlaced, OrderShipped } from '../domain/order.events.js';

@Publisher(orderEvents, { key: (_event, context) => context.stream.id })
export class OrderPublisher {
  @Publish(OrderPlaced)
  placed({ total }: OrderPlaced, { stream }: EventContext): OrderPlacedV1 {
    return new OrderPlacedV1(stream.id, total);
  }

  @Publish(OrderConfirmed)
  confirmed({ paymentId }: OrderConfirmed, { stream }: EventContext): OrderConfirmedV1 {
    return new OrderConfirmedV1(stream.id, paymentId);
  }

  /** The checkout's reasons are our own words. */
  // #region cancelled
  @Publish(OrderCancelled)
  cancelled({ by, reason }: OrderCancelled, { stream }: EventContext): OrderCancelledV1 {
    return new OrderCancelledV1(stream.id, by === 'system' ? reason : `cancelled by the ${by}`);
  }
  // #endregion cancelled

  @Publish(OrderShipped)
  shipped({ carrier }: OrderShipped, { stream }: EventContext): OrderShippedV1 {
    return new OrderShippedV1(stream.id, carrier);
  }
}
