// Keeps order_summary: the row and the checkpoint commit together. It writes this one table: a later version, rebuilt beside it, needs a table of its own.
import type { EntityManager } from 'typeorm';
import { On, orElse, Projection, SubjectForgotten, type EventContext } from '@app/event-store';
import { OrderCancelled, OrderConfirmed, OrderPlaced, OrderShipped } from '../domain/order.events.js';
import { OrderSummary } from './order-summary.entity.js';

@Projection('order-summary', { version: 1, tables: [OrderSummary], streamKey: 'id' })
export class OrderSummaryProjection {
  @On(OrderPlaced)
  async placed(
    event: OrderPlaced,
    { stream, version, time, position }: EventContext,
    db: EntityManager,
  ): Promise<void> {
    await db.insert(OrderSummary, {
      id: stream.id,
      customerId: event.customerId,
      status: 'placed',
      version,
      lines: event.lines,
      totalMinor: event.total.amountMinor,
      currency: event.total.currency,
      note: orElse(event.note, null) ?? null,
      placedPosition: position,
      placedAt: time,
      updatedAt: time,
    });
  }

  // #region confirmed
  @On(OrderConfirmed)
  async confirmed({ paymentId }: OrderConfirmed, context: EventContext, db: EntityManager): Promise<void> {
    await change(db, context, { status: 'confirmed', paymentId });
  }
  // #endregion confirmed

  @On(OrderCancelled)
  async cancelled({ reason }: OrderCancelled, context: EventContext, db: EntityManager): Promise<void> {
    await change(db, context, { status: 'cancelled', cancelReason: reason });
  }

  @On(OrderShipped)
  async shipped({ carrier, trackingNumber }: OrderShipped, context: EventContext, db: EntityManager): Promise<void> {
    await change(db, context, { status: 'shipped', carrier, trackingNumber });
  }

  // #region forgotten
  @On(SubjectForgotten)
  async forgotten({ subject }: SubjectForgotten, _context: EventContext, db: EntityManager): Promise<void> {
    await db.update(OrderSummary, { customerId: subject }, { note: null, cancelReason: null });
  }
  // #endregion forgotten
}

type Change = Partial<Pick<OrderSummary, 'status' | 'paymentId' | 'cancelReason' | 'carrier' | 'trackingNumber'>>;

async function change(db: EntityManager, { stream, version, time }: EventContext, to: Change): Promise<void> {
  await db.update(OrderSummary, { id: stream.id }, { ...to, version, updatedAt: time });
}
