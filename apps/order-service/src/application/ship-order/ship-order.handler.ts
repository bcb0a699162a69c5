// An operator may name the version they looked at: of an order that has changed since, nothing is shipped.
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AggregateStore, InjectAggregate, type AppendResult } from '@app/event-store';
import { assertVersion } from '@app/kernel';
import { Order } from '../../domain/order.js';
import { ShipOrder } from './ship-order.command.js';

@CommandHandler(ShipOrder)
export class ShipOrderHandler implements ICommandHandler<ShipOrder> {
  constructor(@InjectAggregate(Order) private readonly orders: AggregateStore<Order>) {}

  execute({ orderId, carrier, trackingNumber, expectedVersion }: ShipOrder): Promise<AppendResult> {
    return this.orders.update(orderId, (order) => {
      assertVersion(expectedVersion, order.version);
      order.ship(carrier, trackingNumber);
    });
  }
}
