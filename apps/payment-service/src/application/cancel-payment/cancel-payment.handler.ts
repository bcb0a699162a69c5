// Remembers the cancellation even where there is no payment yet: OrderPlacedV1 and OrderCancelledV1 are handled side by side, so either comes first.
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AggregateStore, InjectAggregate, type AppendResult } from '@app/event-store';
import { Payment } from '../../domain/payment.js';
import { CancelPayment } from './cancel-payment.command.js';

@CommandHandler(CancelPayment)
export class CancelPaymentHandler implements ICommandHandler<CancelPayment> {
  constructor(@InjectAggregate(Payment) private readonly payments: AggregateStore<Payment>) {}

  execute({ orderId, reason }: CancelPayment): Promise<AppendResult> {
    return this.payments.createOrUpdate(orderId, (payment) => payment.cancel(reason));
  }
}
