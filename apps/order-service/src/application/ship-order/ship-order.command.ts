// Records that a confirmed order has left the house. Operators only: the route says so.
import { Command } from '@nestjs/cqrs';
import type { AppendResult } from '@app/event-store';

export class ShipOrder extends Command<AppendResult> {
  constructor(
    readonly orderId: string,
    readonly carrier: string,
    readonly trackingNumber: string,
    /** Ship it only if this is its version. */
    readonly expectedVersion?: number,
  ) {
    super();
  }
}
