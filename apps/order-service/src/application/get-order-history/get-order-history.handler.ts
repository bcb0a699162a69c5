// The stream itself, with what its metadata says about each event.
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { AggregateStore, InjectAggregate } from '@app/event-store';
import { Order } from '../../domain/order.js';
import { assertMayAccess, type Actor } from '../actor.js';
import { GetOrderHistory, type HistoryEntry } from './get-order-history.query.js';

@QueryHandler(GetOrderHistory)
export class GetOrderHistoryHandler implements IQueryHandler<GetOrderHistory> {
  constructor(@InjectAggregate(Order) private readonly orders: AggregateStore<Order>) {}

  /** @throws AggregateNotFoundError none, or another customer's. */
  async execute({ orderId, actor }: GetOrderHistory): Promise<readonly HistoryEntry[]> {
    assertMayAccess(actor, orderId, (await this.orders.load(orderId)).state.customerId);
    const events = await this.orders.history(orderId);
    return events.map(({ version, type, occurredAt, metadata, data }) => ({
      version,
      type,
      at: occurredAt,
      actor: metadata.actor && shownTo(actor, metadata.actor),
      reason: metadata.reason,
      correlationId: metadata.correlationId,
      commandId: metadata.commandId,
      data,
    }));
  }
}

/** Operators see who it was. A customer sees themselves and our own machinery; of any other person only the role. */
function shownTo(reader: Actor, actor: string): string {
  const [role = '', ...id] = actor.split(':');
  const nobody = role === 'saga' || role === 'process';
  return reader.operator || nobody || id.join(':') === reader.id ? actor : role;
}
