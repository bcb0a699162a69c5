// Only the owner, an operator or the checkout cancels; to everybody else the order does not exist.
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AggregateStore, InjectAggregate, type AppendResult } from '@app/event-store';
import { Order } from '../../domain/order.js';
import type { CancelledBy } from '../../domain/order.events.js';
import { assertMayAccess, type Actor } from '../actor.js';
import { CancelOrder } from './cancel-order.command.js';

@CommandHandler(CancelOrder)
export class CancelOrderHandler implements ICommandHandler<CancelOrder> {
  constructor(@InjectAggregate(Order) private readonly orders: AggregateStore<Order>) {}

  execute({ orderId, reason, by }: CancelOrder): Promise<AppendResult> {
    return this.orders.update(orderId, (order) => {
      if (by) assertMayAccess(by, orderId, order.state.customerId);
      order.cancel(reason, roleOf(by));
    });
  }
}

function roleOf(by: Actor | undefined): CancelledBy {
  if (!by) return 'system';
  return by.operator ? 'operator' : 'customer';
}
