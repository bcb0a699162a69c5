// Prices are looked up inside the decision: a command that was answered before never sees today's prices.
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AggregateStore, InjectAggregate, type AppendResult } from '@app/event-store';
import { ProductNotSold } from '../../domain/order.errors.js';
import { Order } from '../../domain/order.js';
import type { OrderLine } from '../../domain/order-line.js';
import { PRICE_LIST, type PriceList } from '../ports/price-list.js';
import { PlaceOrder } from './place-order.command.js';

@CommandHandler(PlaceOrder)
export class PlaceOrderHandler implements ICommandHandler<PlaceOrder> {
  constructor(
    @InjectAggregate(Order) private readonly orders: AggregateStore<Order>,
    @Inject(PRICE_LIST) private readonly prices: PriceList,
  ) {}

  execute(command: PlaceOrder): Promise<AppendResult> {
    return this.orders.create(command.orderId, async (order) =>
      order.place(command.customerId, await this.priced(command), command.note),
    );
  }

  private async priced({ lines, currency }: PlaceOrder): Promise<OrderLine[]> {
    const products = await this.prices.find(
      lines.map((line) => line.sku),
      currency,
    );
    const missing = lines.flatMap(({ sku }, index) => (products.has(sku) ? [] : [index + 1]));
    if (missing.length > 0) throw new ProductNotSold(missing, currency);
    return lines.map(({ sku, quantity }) => ({ sku, quantity, ...products.get(sku)! }));
  }
}
