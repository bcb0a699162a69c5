// Decides on a payment that may or may not exist yet: OrderPlacedV1 and OrderCancelledV1 are handled side by side, so either comes first.
import { AggregateAlreadyExistsError, DomainError, type AggregateStore, type AppendResult } from '@app/event-store';
import type { Payment } from '../domain/payment.js';

/** By code, because a remembered rejection comes back as another class. */
const { code: ALREADY_EXISTS } = new AggregateAlreadyExistsError('payment', '');

/** Repeats exactly on redelivery: whichever way was taken first has recorded its steps, and the other one finds them. */
export async function createOrUpdate(
  payments: AggregateStore<Payment>,
  paymentId: string,
  decide: (payment: Payment) => void,
): Promise<AppendResult> {
  try {
    const exists = await payments.exists(paymentId);
    return await (exists ? payments.update(paymentId, decide) : payments.create(paymentId, decide));
  } catch (error) {
    if (error instanceof DomainError && error.code === ALREADY_EXISTS) return payments.update(paymentId, decide);
    throw error;
  }
}
