// What was paid is handed to the decision: the order confirms nothing for another sum than it costs.
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AggregateStore, InjectAggregate, type AppendResult } from '@app/event-store';
import { Order } from '../../domain/order.js';
import { ConfirmOrder } from './confirm-order.command.js';

@CommandHandler(ConfirmOrder)
export class ConfirmOrderHandler implements ICommandHandler<ConfirmOrder> {
  constructor(@InjectAggregate(Order) private readonly orders: AggregateStore<Order>) {}

  execute({ orderId, paymentId, paid }: ConfirmOrder): Promise<AppendResult> {
    return this.orders.update(orderId, (order) => order.confirm(paymentId, paid));
  }
}
