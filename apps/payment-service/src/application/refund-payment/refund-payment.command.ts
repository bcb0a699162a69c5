// Decides on a refund by an operator; the money follows (send-refund). The refund's id comes with the command.
import { Command } from '@nestjs/cqrs';
import type { AppendResult } from '@app/event-store';

export class RefundPayment extends Command<AppendResult> {
  constructor(
    readonly paymentId: string,
    readonly refundId: string,
    readonly reason: string,
    /** Minor units of the payment's currency; the whole remainder without it. */
    readonly amountMinor?: number,
    /** Refund it only if this is its version. */
    readonly expectedVersion?: number,
  ) {
    super();
  }
}
