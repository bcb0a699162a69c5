// Only the owner, an operator or the checkout cancels; to everybody else the order does not exist.
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AggregateStore, InjectAggregate, MessageContext, type AppendResult } from '@app/event-store';
import { assertVersion } from '@app/kernel';
import { Order } from '../../domain/order.js';
import { assertMayAccess, roleFor, type Actor } from '../actor.js';
import { CancelOrder } from './cancel-order.command.js';

@CommandHandler(CancelOrder)
export class CancelOrderHandler implements ICommandHandler<CancelOrder> {
  constructor(@InjectAggregate(Order) private readonly orders: AggregateStore<Order>) {}

  execute(command: CancelOrder): Promise<AppendResult> {
    return command.by === 'checkout' ? this.forTheCheckout(command) : this.forSomebody(command, command.by);
  }

  /** Whose order it is never changes, so it may be read ahead of the decision. The events name the role; the door, which does not know the order, could only guess it. */
  private async forSomebody({ orderId, reason, expectedVersion }: CancelOrder, by: Actor): Promise<AppendResult> {
    const { customerId } = (await this.orders.load(orderId)).state;
    assertMayAccess(by, orderId, customerId);
    const role = roleFor(by, customerId);
    return MessageContext.as(`${role}:${by.id}`, () =>
      this.orders.update(orderId, (order) => {
        assertVersion(expectedVersion, order.version);
        order.cancel(reason, role);
      }),
    );
  }

  private forTheCheckout({ orderId, reason }: CancelOrder): Promise<AppendResult> {
    return this.orders.update(orderId, (order) => order.cancel(reason, 'system'));
  }
}
