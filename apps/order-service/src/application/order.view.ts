// An order as queries answer it, whether it comes from the read model or was rebuilt from events.
import { orElse, type StoredEvent } from '@app/event-store';
import type { Money } from '@app/kernel';
import type { Order } from '../domain/order.js';
import type { OrderLine } from '../domain/order-line.js';
import type { OrderStatus } from '../domain/order-status.js';

export interface OrderView {
  readonly orderId: string;
  readonly customerId: string;
  readonly status: OrderStatus;
  readonly version: number;
  readonly lines: readonly OrderLine[];
  readonly total: Money;
  /** Missing where there is none, or its customer was forgotten. */
  readonly note?: string;
  readonly paymentId?: string;
  readonly cancelReason?: string;
  readonly carrier?: string;
  readonly trackingNumber?: string;
  readonly placedAt: Date;
  /** Time of the event that made `version`. */
  readonly updatedAt: Date;
}

/** The view of a rebuilt order; `history` holds at least the events it was rebuilt from. */
export function viewOf(order: Order, history: readonly StoredEvent[]): OrderView {
  const { status, total, note, ...state } = order.state;
  const first = history[0];
  const last = history[order.version - 1];
  if (status === 'none' || !total || !first || !last) throw new TypeError(`Order ${order.id} has no event yet.`);
  return {
    orderId: order.id,
    version: order.version,
    status,
    total,
    ...state,
    note: orElse(note, undefined),
    placedAt: first.occurredAt,
    updatedAt: last.occurredAt,
  };
}
