// The order was cancelled: no money of it may stay with us.
import { Command } from '@nestjs/cqrs';
import type { AppendResult } from '@app/event-store';

export class CancelPayment extends Command<AppendResult> {
  constructor(
    readonly orderId: string,
    readonly reason: string,
  ) {
    super();
  }
}
