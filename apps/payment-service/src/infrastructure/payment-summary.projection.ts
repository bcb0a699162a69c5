// Keeps payment_summary: the row and the checkpoint commit together. It writes this one table: a later version, rebuilt beside it, needs a table of its own.
import type { EntityManager } from 'typeorm';
import { On, Projection, type EventContext } from '@app/event-store';
import {
  PaymentCancelled,
  PaymentCaptured,
  PaymentFailed,
  PaymentRefunded,
  PaymentRequested,
} from '../domain/payment.events.js';
import { PaymentSummary } from './payment-summary.entity.js';

@Projection('payment-summary', { version: 1, tables: [PaymentSummary], streamKey: 'id' })
export class PaymentSummaryProjection {
  @On(PaymentRequested)
  async requested({ amount }: PaymentRequested, context: EventContext, db: EntityManager): Promise<void> {
    await put(db, context, { status: 'requested', amountMinor: amount.amountMinor, currency: amount.currency });
  }

  @On(PaymentCancelled)
  async cancelled({ reason }: PaymentCancelled, context: EventContext, db: EntityManager): Promise<void> {
    await put(db, context, { cancelReason: reason, ...(context.version === 1 && { status: 'cancelled' }) });
  }

  @On(PaymentCaptured)
  async captured({ amount, gatewayRef }: PaymentCaptured, context: EventContext, db: EntityManager): Promise<void> {
    await put(db, context, { status: 'captured', capturedMinor: amount.amountMinor, gatewayRef });
  }

  @On(PaymentFailed)
  async failed({ reason }: PaymentFailed, context: EventContext, db: EntityManager): Promise<void> {
    await put(db, context, { status: 'failed', failureReason: reason });
  }

  @On(PaymentRefunded)
  async refunded({ amount }: PaymentRefunded, context: EventContext, db: EntityManager): Promise<void> {
    const row = await db.findOneByOrFail(PaymentSummary, { id: context.stream.id });
    const refundedMinor = row.refundedMinor + amount.amountMinor;
    await put(db, context, { status: refundedMinor === row.amountMinor ? 'refunded' : 'captured', refundedMinor });
  }
}

/** A stream begins with either payment.requested or payment.cancelled; whichever it is makes the row. */
async function put(
  db: EntityManager,
  { stream, version, time }: EventContext,
  to: Partial<PaymentSummary>,
): Promise<void> {
  const row = { ...to, version, updatedAt: time };
  if (version === 1) await db.insert(PaymentSummary, { id: stream.id, ...row });
  else await db.update(PaymentSummary, { id: stream.id }, row);
}
