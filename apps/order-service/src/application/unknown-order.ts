// A payment event for an order nobody knows is no answer to record but an alarm: thrown as a failure, it waits, is retried and parked.
import type { AggregateStore } from '@app/event-store';
import type { Order } from '../domain/order.js';

export class UnknownOrder extends Error {
  override readonly name = 'UnknownOrder';
}

/** For commands of the checkout, which nobody waits for. @throws UnknownOrder naming `what` was heard of it. */
export async function assertKnown(orders: AggregateStore<Order>, orderId: string, what: string): Promise<void> {
  if (await orders.exists(orderId)) return;
  throw new UnknownOrder(
    `${what} order ${orderId}, which does not exist here. Compare the two services before replaying this.`,
  );
}
