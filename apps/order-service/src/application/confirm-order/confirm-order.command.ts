// Confirms an order that is paid. Sent by the checkout.
import { Command } from '@nestjs/cqrs';
import type { AppendResult } from '@app/event-store';
import type { Money } from '@app/kernel';

export class ConfirmOrder extends Command<AppendResult> {
  constructor(
    readonly orderId: string,
    readonly paymentId: string,
    readonly paid: Money,
  ) {
    super();
  }
}
