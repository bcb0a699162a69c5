// Asks for one order more than the page holds, to know whether there is another page.
import { Inject } from '@nestjs/common';
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { pageOf } from '@app/kernel';
import { ORDER_SUMMARIES, type OrderSummaries } from '../ports/order-summaries.js';
import { ListOrders, type OrderPage } from './list-orders.query.js';

@QueryHandler(ListOrders)
export class ListOrdersHandler implements IQueryHandler<ListOrders> {
  constructor(@Inject(ORDER_SUMMARIES) private readonly summaries: OrderSummaries) {}

  async execute({ actor, limit, status, before }: ListOrders): Promise<OrderPage> {
    const customerId = actor.operator ? undefined : actor.id;
    const found = await this.summaries.list({ customerId, status, before, limit: limit + 1 });
    const { items, next } = pageOf(found, limit);
    return { orders: items.map(({ order }) => order), next };
  }
}
