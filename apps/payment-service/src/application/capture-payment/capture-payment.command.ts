// Takes the money for an order that was placed.
import { Command } from '@nestjs/cqrs';
import type { AppendResult } from '@app/event-store';
import type { Money } from '@app/kernel';

export class CapturePayment extends Command<AppendResult> {
  constructor(
    readonly orderId: string,
    readonly amount: Money,
  ) {
    super();
  }
}
