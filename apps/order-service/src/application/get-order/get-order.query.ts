// One order, as it is or as it was.
import { Query } from '@nestjs/cqrs';
import type { Actor } from '../actor.js';
import type { OrderView } from '../order.view.js';

export class GetOrder extends Query<OrderView> {
  constructor(
    readonly orderId: string,
    readonly actor: Actor,
    /** A version from 1, or a time. */
    readonly asOf?: number | Date,
  ) {
    super();
  }
}
