// A page of orders, newest first: a customer's own, or everybody's for an operator.
import { Query } from '@nestjs/cqrs';
import type { OrderStatus } from '../../domain/order-status.js';
import type { Actor } from '../actor.js';
import type { OrderView } from '../order.view.js';

export interface OrderPage {
  readonly orders: readonly OrderView[];
  /** Where the next page begins; undefined on the last one. */
  readonly next?: bigint;
}

export class ListOrders extends Query<OrderPage> {
  constructor(
    readonly actor: Actor,
    /** Orders on the page, 1 to 100. */
    readonly limit: number,
    readonly status?: OrderStatus,
    /** `next` of the page before. */
    readonly before?: bigint,
  ) {
    super();
  }
}
