// The read model of orders, as queries want it.
import type { OrderStatus } from '../../domain/order-status.js';
import type { OrderView } from '../order.view.js';

export const ORDER_SUMMARIES = Symbol('OrderSummaries');

export interface OrderFilter {
  /** Only this customer's. */
  readonly customerId?: string;
  readonly status?: OrderStatus;
  /** Only orders placed before this place in the store. */
  readonly before?: bigint;
  readonly limit: number;
}

export interface OrderSummaries {
  /** Undefined while the projection has not reached the order, and when there is none. */
  find(orderId: string): Promise<OrderView | undefined>;
  /** Newest first, each with its place in the store: the key to go on from. */
  list(filter: OrderFilter): Promise<readonly { readonly order: OrderView; readonly place: bigint }[]>;
}
