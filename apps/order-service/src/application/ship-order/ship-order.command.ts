// Records that a confirmed order has left the house. Operators only, whichever way it is asked.
import { Command } from '@nestjs/cqrs';
import { Authorise, type AppendResult } from '@app/event-store';

@Authorise((_command, { actor }) => actor?.startsWith('operator:') ?? false, 'Only operators ship orders.')
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
