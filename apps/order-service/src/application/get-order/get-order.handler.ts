// Reads the read model; rebuilds from events what the read model does not have: the past, and what happened a moment ago.
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { AggregateStore, InjectAggregate } from '@app/event-store';
import { Order } from '../../domain/order.js';
import { assertMayAccess } from '../actor.js';
import { viewOf, type OrderView } from '../order.view.js';
import { ORDER_SUMMARIES, type OrderSummaries } from '../ports/order-summaries.js';
import { GetOrder } from './get-order.query.js';

@QueryHandler(GetOrder)
export class GetOrderHandler implements IQueryHandler<GetOrder> {
  constructor(
    @InjectAggregate(Order) private readonly orders: AggregateStore<Order>,
    @Inject(ORDER_SUMMARIES) private readonly summaries: OrderSummaries,
  ) {}

  /** @throws AggregateNotFoundError none, none yet at that time, no such version, or another customer's. */
  async execute({ orderId, actor, asOf }: GetOrder): Promise<OrderView> {
    const known = asOf === undefined ? await this.upToDate(orderId) : undefined;
    const order = known ?? (await this.rebuild(orderId, asOf));
    assertMayAccess(actor, orderId, order.customerId);
    return order;
  }

  /** Whoever was told a version is never shown an older one: a row that is behind its stream counts for nothing. */
  // #region up-to-date
  private async upToDate(orderId: string): Promise<OrderView | undefined> {
    const [row, version] = await Promise.all([this.summaries.find(orderId), this.orders.version(orderId)]);
    return row && row.version >= version ? row : undefined;
  }
  // #endregion up-to-date

  private async rebuild(orderId: string, asOf: number | Date | undefined): Promise<OrderView> {
    const order = await (asOf === undefined ? this.orders.load(orderId) : this.orders.loadAt(orderId, asOf));
    return viewOf(order, await this.orders.history(orderId));
  }
}
