// Has the gateway give money back that was decided to be given back.
import { Command } from '@nestjs/cqrs';
import type { Money } from '@app/kernel';

export class SendRefund extends Command<void> {
  constructor(
    readonly paymentId: string,
    readonly refundId: string,
    readonly amount: Money,
  ) {
    super();
  }
}
