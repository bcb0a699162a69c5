// A payment for an order nobody knows is no answer to record but an alarm: thrown as a failure, it waits, is retried and parked.
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AggregateStore, InjectAggregate, type AppendResult } from '@app/event-store';
import { Order } from '../../domain/order.js';
import { ConfirmOrder } from './confirm-order.command.js';

export class PaidOrderUnknown extends Error {
  override readonly name = 'PaidOrderUnknown';
}

@CommandHandler(ConfirmOrder)
export class ConfirmOrderHandler implements ICommandHandler<ConfirmOrder> {
  constructor(@InjectAggregate(Order) private readonly orders: AggregateStore<Order>) {}

  async execute({ orderId, paymentId, paid }: ConfirmOrder): Promise<AppendResult> {
    if (!(await this.orders.exists(orderId))) {
      throw new PaidOrderUnknown(`Payment ${paymentId} was captured for order ${orderId}, which does not exist here.`);
    }
    return this.orders.update(orderId, (order) => order.confirm(paymentId, paid));
  }
}
