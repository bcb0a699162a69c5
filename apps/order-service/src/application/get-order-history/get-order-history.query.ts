// Who did what to an order, when and why, event by event.
import { Query } from '@nestjs/cqrs';
import type { Actor } from '../actor.js';

export interface HistoryEntry {
  readonly version: number;
  /** The event's type, e.g. `order.placed`. */
  readonly type: string;
  readonly at: Date;
  /** `customer:alice`, `process:checkout`; to a customer other people are only a role. */
  readonly actor?: string;
  readonly reason?: string;
  readonly correlationId: string;
  readonly commandId?: string;
  readonly data: object;
}

export class GetOrderHistory extends Query<readonly HistoryEntry[]> {
  constructor(
    readonly orderId: string,
    readonly actor: Actor,
  ) {
    super();
  }
}
