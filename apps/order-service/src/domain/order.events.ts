// Facts about an order. Renames and versions are declared here, nowhere else.
import { Event, PersonalData, type Personal } from '@app/event-store/core';
import type { Money } from '@app/kernel';
import type { OrderLine } from './order-line.js';

@Event('order.placed')
@PersonalData({ subject: 'customerId', fields: ['note'] })
export class OrderPlaced {
  constructor(
    readonly customerId: string,
    readonly lines: readonly OrderLine[],
    readonly total: Money,
    /** As the customer wrote it. */
    readonly note?: Personal<string>,
  ) {}
}

@Event('order.confirmed')
export class OrderConfirmed {
  constructor(readonly paymentId: string) {}
}

@Event('order.cancelled')
export class OrderCancelled {
  constructor(
    /** As somebody typed it, or the checkout's own words. Not encrypted: it stays in the log for ever, also when the customer is forgotten. */
    readonly reason: string,
    readonly by: CancelledBy,
  ) {}
}

@Event('order.shipped')
export class OrderShipped {
  constructor(
    readonly carrier: string,
    readonly trackingNumber: string,
  ) {}
}

/** `system`: the checkout itself, e.g. after a failed payment. */
export type CancelledBy = 'customer' | 'operator' | 'system';
