// Load, decide, save; an order that nobody knows raises the alarm.
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AggregateStore, InjectAggregate, type AppendResult } from '@app/event-store';
import { Order } from '../../domain/order.js';
import { assertKnown } from '../unknown-order.js';
import { ConfirmOrder } from './confirm-order.command.js';

@CommandHandler(ConfirmOrder)
export class ConfirmOrderHandler implements ICommandHandler<ConfirmOrder> {
  constructor(@InjectAggregate(Order) private readonly orders: AggregateStore<Order>) {}

  async execute({ orderId, paymentId, paid }: ConfirmOrder): Promise<AppendResult> {
    await assertKnown(this.orders, orderId, `Payment ${paymentId} was captured for`);
    return this.orders.update(orderId, (order) => order.confirm(paymentId, paid));
  }
}
